"""Issuers: whose addresses they vouch for, and whether they ask for a second factor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the two columns."""
    op.add_column("issuers", sa.Column("domains", sa.Text, nullable=False, server_default=""))
    op.add_column("issuers", sa.Column("strong", sa.Boolean, nullable=False, server_default=sa.false()))


def downgrade() -> None:
    """Refuse: people's data is not thrown away by going back a version."""
    raise NotImplementedError
