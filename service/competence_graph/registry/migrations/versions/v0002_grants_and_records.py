"""Grants apart from accounts; credentials, tokens, tickets, audit, erasures and the rest of what trust needs.

Sessions are not carried over: everybody signs in once more.
"""

from __future__ import annotations

import secrets
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

IRI = sa.String(200)
ID = sa.String(40)
HASH = sa.String(64)
MOMENT = sa.DateTime(timezone=True)

REFUSE_CHANGE = """
CREATE TRIGGER {table}_unchanged BEFORE UPDATE ON {table}
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""
# INSERT OR REPLACE removes a row without asking the trigger on DELETE.
REFUSE_REPLACING = """
CREATE TRIGGER {table}_not_replaced BEFORE INSERT ON {table}
WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})
BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END
"""
REFUSE_REMOVAL = """
CREATE TRIGGER {table}_kept BEFORE DELETE ON {table}
WHEN {at} > datetime('now', '-3 years')
BEGIN SELECT RAISE(ABORT, 'the audit is kept for three years'); END
"""


def upgrade() -> None:
    """Make the new tables and carry over who may sign in."""
    bind = op.get_bind()
    now = datetime.now(UTC)
    # Of the name only: the pseudonyms of one human being are joined later, by that human being.
    old_people = bind.execute(sa.text("SELECT pseudonym FROM identities")).scalars().all()
    old_accounts = bind.execute(
        sa.text("SELECT id, kind, organisation, person, units, label, demo FROM accounts")
    ).all()
    op.add_column("identities", sa.Column("human", ID, nullable=False, server_default=""))
    op.add_column("identities", sa.Column("since", MOMENT))
    op.add_column("identities", sa.Column("left", MOMENT))
    humans = {pseudonym: secrets.token_hex(10) for pseudonym in old_people}
    for pseudonym, human in humans.items():
        bind.execute(
            sa.text("UPDATE identities SET human = :human WHERE pseudonym = :pseudonym"),
            {"human": human, "pseudonym": pseudonym},
        )
    op.create_index("ix_identities_human", "identities", ["human"])
    op.drop_table("sessions")
    op.drop_table("accounts")
    _make_accounts()
    _make_records()
    for row in old_accounts:
        bind.execute(
            sa.text(
                "INSERT INTO accounts (id, human, label, totp_step, failures, state, demo, created) "
                "VALUES (:id, :human, :label, 0, 0, 'active', :demo, :now)"
            ).bindparams(sa.bindparam("now", type_=MOMENT), sa.bindparam("demo", type_=sa.Boolean())),
            {"id": row.id, "human": humans.get(row.person), "label": row.label, "demo": bool(row.demo), "now": now},
        )
        bind.execute(
            sa.text(
                "INSERT INTO grants (id, account, kind, organisation, units, person, since) "
                "VALUES (:id, :id, :kind, :organisation, :units, :person, :now)"
            ).bindparams(sa.bindparam("now", type_=MOMENT)),
            {
                "id": row.id, "kind": row.kind, "organisation": row.organisation, "units": row.units,
                "person": row.person, "now": now,
            },
        )  # fmt: skip
    if bind.dialect.name == "sqlite":
        _guard_the_audit()


def _make_accounts() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", ID, primary_key=True),
        sa.Column("human", ID, index=True),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("email", sa.String(320), unique=True),
        sa.Column("password", sa.String(400)),
        sa.Column("password_changed", MOMENT),
        sa.Column("totp", sa.String(400)),
        sa.Column("totp_step", sa.Integer(), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("locked_until", MOMENT),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("demo", sa.Boolean(), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("seen", MOMENT),
    )
    op.create_table(
        "grants",
        sa.Column("id", ID, primary_key=True),
        sa.Column("account", ID, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("organisation", IRI, index=True),
        sa.Column("units", sa.Text(), nullable=False),
        sa.Column("person", IRI, index=True),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
        sa.Column("given_by", ID),
    )
    op.create_table(
        "issuers",
        sa.Column("id", ID, primary_key=True),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("url", sa.String(500), nullable=False, unique=True),
        sa.Column("client_id", sa.String(200), nullable=False),
        sa.Column("client_secret", sa.String(600)),
        sa.Column("enabled", sa.Boolean(), nullable=False),
    )
    op.create_table(
        "logins",
        sa.Column("issuer", sa.String(500), primary_key=True),
        sa.Column("subject", sa.String(255), primary_key=True),
        sa.Column("account", ID, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
    )
    op.create_table(
        "sessions",
        sa.Column("token_hash", HASH, primary_key=True),
        sa.Column("account", ID, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("grant", ID, sa.ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("seen", MOMENT, nullable=False),
        sa.Column("strong", sa.Boolean(), nullable=False),
    )
    op.create_index("sessions_seen", "sessions", ["seen"])
    op.create_table(
        "tokens",
        sa.Column("id", ID, primary_key=True),
        sa.Column("token_hash", HASH, nullable=False, unique=True),
        sa.Column("account", ID, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("grant", ID, sa.ForeignKey("grants.id", ondelete="CASCADE"), nullable=False),
        sa.Column("label", sa.String(200), nullable=False),
        sa.Column("scopes", sa.String(400), nullable=False),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.Column("used", MOMENT),
        sa.Column("revoked", MOMENT),
    )
    op.create_table(
        "tickets",
        sa.Column("token_hash", HASH, primary_key=True),
        sa.Column("purpose", sa.String(20), nullable=False),
        sa.Column("account", ID, sa.ForeignKey("accounts.id", ondelete="CASCADE"), nullable=False, index=True),
        sa.Column("created", MOMENT, nullable=False),
        sa.Column("expires", MOMENT, nullable=False),
        sa.Column("used", MOMENT),
        sa.Column("given_by", ID),
    )


def _make_records() -> None:
    op.create_table(
        "consents",
        sa.Column("id", ID, primary_key=True),
        sa.Column("human", ID, nullable=False, index=True),
        sa.Column("purpose", sa.String(60), nullable=False),
        sa.Column("given", MOMENT, nullable=False),
        sa.Column("withdrawn", MOMENT),
    )
    op.create_table(
        "audit",
        sa.Column("id", sa.Integer(), primary_key=True, autoincrement=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("account", ID, nullable=False),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("act", sa.String(60), nullable=False),
        sa.Column("organisation", IRI),
        sa.Column("route", sa.String(200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
    )
    op.create_index("audit_at", "audit", ["at"])
    op.create_index("audit_account", "audit", ["account", "at"])
    op.create_index("audit_organisation", "audit", ["organisation", "at"])
    op.create_table(
        "audit_people",
        sa.Column("audit", sa.Integer(), sa.ForeignKey("audit.id"), primary_key=True),
        sa.Column("pseudonym", IRI, primary_key=True),
    )
    op.create_index("audit_people_pseudonym", "audit_people", ["pseudonym"])
    op.create_table(
        "glasses",
        sa.Column("id", ID, primary_key=True),
        sa.Column("account", ID, nullable=False, index=True),
        sa.Column("organisation", IRI, nullable=False, index=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened", MOMENT, nullable=False),
        sa.Column("until", MOMENT, nullable=False),
        sa.Column("closed", MOMENT),
    )
    op.create_table(
        "contests",
        sa.Column("id", ID, primary_key=True),
        sa.Column("pseudonym", IRI, nullable=False, index=True),
        sa.Column("organisation", IRI, nullable=False, index=True),
        sa.Column("attainment", IRI, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answered", MOMENT),
        sa.Column("answered_by", ID),
    )
    op.create_table(
        "carries",
        sa.Column("id", ID, primary_key=True),
        sa.Column("source", IRI, nullable=False),
        sa.Column("copy", IRI, nullable=False),
        sa.Column("pseudonym", IRI, nullable=False, index=True),
        sa.Column("at", MOMENT, nullable=False),
        sa.UniqueConstraint("source", "pseudonym", name="carries_once"),
    )
    op.create_table(
        "erasures",
        sa.Column("id", ID, primary_key=True),
        sa.Column("pseudonym", HASH, nullable=False, index=True),
        sa.Column("organisation", IRI, nullable=False),
        sa.Column("asked", MOMENT, nullable=False),
        sa.Column("why", sa.String(20), nullable=False),
        sa.Column("done", MOMENT),
        sa.Column("rebuilt", MOMENT),
    )
    op.create_table(
        "jobs",
        sa.Column("name", sa.String(120), primary_key=True),
        sa.Column("due", MOMENT, nullable=False),
        sa.Column("started", MOMENT),
        sa.Column("ended", MOMENT),
        sa.Column("state", sa.String(20), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("holder", ID),
    )
    op.create_table(
        "licences",
        sa.Column("id", ID, primary_key=True),
        sa.Column("organisation", IRI, nullable=False, index=True),
        sa.Column("product", sa.String(120), nullable=False),
        sa.Column("seats", sa.Integer(), nullable=False),
        sa.Column("since", MOMENT, nullable=False),
        sa.Column("until", MOMENT),
    )


def _guard_the_audit() -> None:
    op.execute(REFUSE_CHANGE.format(table="audit"))
    op.execute(REFUSE_REPLACING.format(table="audit", same="id = NEW.id"))
    op.execute(REFUSE_REMOVAL.format(table="audit", at="OLD.at"))
    # One change is let through: a person who was erased is named by the journal's hash from then on.
    op.execute(
        "CREATE TRIGGER audit_people_unchanged BEFORE UPDATE ON audit_people "
        "WHEN NOT (NEW.audit = OLD.audit AND NEW.pseudonym LIKE 'erased:%' AND OLD.pseudonym NOT LIKE 'erased:%') "
        "BEGIN SELECT RAISE(ABORT, 'the audit is append-only'); END"
    )
    op.execute(REFUSE_REPLACING.format(table="audit_people", same="audit = NEW.audit AND pseudonym = NEW.pseudonym"))
    op.execute(
        REFUSE_REMOVAL.format(table="audit_people", at="(SELECT audit.at FROM audit WHERE audit.id = OLD.audit)")
    )


def downgrade() -> None:
    """Refuse: people's data is not thrown away by going back a version."""
    raise NotImplementedError
