"""What a sector lacks, live from the level matrix.

Live figures are for whoever runs the service: the rest see national figures once they are released, suppressed and
numbered (source: design/trust.md, "National figures").
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from competence_graph.graph.levels import LevelMatrix
from competence_graph.graph.levels_figures import sector_figures, sector_gaps
from competence_graph.model.actor import Actor
from competence_graph.model.gap import Figures
from competence_graph.model.iri import Iri
from competence_graph.model.sector import CompetenceGap


@dataclass(frozen=True, slots=True)
class SectorGaps:
    """The gaps of a sector, or of all where ``sector`` is None; ``figures`` are pooled over everybody.

    ``oldest`` and ``newest`` are the days that the organisations' figures stand for; None where there are none.
    """

    sector: Iri | None
    rows: Sequence[CompetenceGap]
    figures: Figures
    oldest: date | None
    newest: date | None


def sector_top_gaps(
    actor: Actor, levels: LevelMatrix, *, sector: Iri | None = None, limit: int | None = None
) -> SectorGaps:
    """Return what a sector lacks most, the largest score first.

    Args:
        actor: The operator.
        levels: The level matrix.
        sector: Of organisations that are classified so; None for all.
        limit: How many rows to return at most.

    Raises:
        ForbiddenError: If the actor is not the operator.
    """
    actor.require_kind("operator")
    now = levels.now
    days = [
        block.as_of
        for block in now.blocks.values()
        if block.as_of is not None and (sector is None or sector in now.sectors.get(block.organisation, ()))
    ]
    return SectorGaps(
        sector=sector,
        rows=sector_gaps(now, sector, limit),
        figures=sector_figures(now, sector),
        oldest=min(days, default=None),
        newest=max(days, default=None),
    )
