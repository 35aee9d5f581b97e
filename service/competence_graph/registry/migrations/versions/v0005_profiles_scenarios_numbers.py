"""Copies of published roles: what they were made from; scenarios that somebody saved; employee numbers."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add the tables and the column."""
    op.add_column("identities", sa.Column("number", sa.String(100), nullable=True))
    op.create_table(
        "profiles",
        sa.Column("role", sa.String(200), primary_key=True),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("base", sa.Text, nullable=False),
    )
    op.create_index("ix_profiles_organisation", "profiles", ["organisation"])
    op.create_table(
        "scenarios",
        sa.Column("id", sa.String(40), primary_key=True),
        sa.Column("organisation", sa.String(200), nullable=False),
        sa.Column("account", sa.String(40), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("role", sa.String(200), nullable=False),
        sa.Column("unit", sa.String(200), nullable=True),
    )
    op.create_index("ix_scenarios_organisation", "scenarios", ["organisation"])


def downgrade() -> None:
    """Refuse: people's data is not thrown away by going back a version."""
    raise NotImplementedError
