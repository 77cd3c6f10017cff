"""A large shop: one embedder looks at all passages, and the others only at what it and full text found.

So only one matrix stays in memory. A sample of all passages tells how far a cosine stands out, as all of them do in a small
shop; it is drawn once for each state of the index.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.knowledge.scoring import Asked, Ground

if TYPE_CHECKING:
    import numpy as np

SAMPLE = 2000
A_LANGUAGE = 200
"""So many of a small language are in the sample at least."""
CANDIDATES = 300
"""So many passages go on to the other embedders, shared among the languages."""


@dataclass(frozen=True, slots=True)
class Wide:
    """All passages. `ground` has one embedder's matrix; `sample` are places, sorted; `sampled` has a row for each of them by
    model; `firsts` are the places of each document's first passage, `of` the documents they belong to, sorted."""

    ground: Ground
    sample: "np.ndarray"
    sampled: "Mapping[str, np.ndarray]"
    firsts: "np.ndarray"
    of: "np.ndarray"


def sample_of(groups: "np.ndarray") -> "np.ndarray":
    """Places that stand for all: by chance, the same each time, and some of each group."""
    import numpy as np

    chance = np.random.default_rng(0)
    order = chance.permutation(len(groups))
    few = [order[groups[order] == group][:A_LANGUAGE] for group in np.unique(groups)]
    found: np.ndarray = np.unique(np.concatenate([order[:SAMPLE], *few]))
    return found


def widened(ground: Ground, sample: "np.ndarray", sampled: "Mapping[str, np.ndarray]") -> Wide:
    """What `narrowed` needs, made once."""
    import numpy as np

    of, firsts = np.unique(ground.documents, return_index=True)
    return Wide(ground, sample, sampled, firsts, of)


def candidates(wide: Wide, asked: Asked) -> "np.ndarray":
    """Places, sorted: the nearest passages of each language, those that hold the words, and the first of their documents."""
    import numpy as np

    ground = wide.ground
    found = [_places(ground, [passage for passage, _ in (*asked.words, *asked.exact)])]
    each = max(20, CANDIDATES // max(len(ground.languages), 1))
    for name, matrix in ground.matrices.items():
        if name in asked.vectors:
            cosines = matrix @ asked.vectors[name]
            found += [_nearest(cosines, np.flatnonzero(ground.groups == group), each) for group in range(len(ground.languages))]
    places = np.unique(np.concatenate(found))
    leads = wide.firsts[np.searchsorted(wide.of, ground.documents[places])]
    both: np.ndarray = np.union1d(places, leads)
    return both


def narrowed(wide: Wide, places: "np.ndarray", vectors: "Mapping[str, np.ndarray]") -> Ground:
    """The candidates and the sample as a ground of their own. `vectors`: the other embedders' rows for the candidates."""
    import numpy as np

    ground, both = wide.ground, np.union1d(places, wide.sample)
    matrices = {name: matrix[both] for name, matrix in ground.matrices.items()}
    for name, rows in vectors.items():
        matrix = np.empty((len(both), rows.shape[1]), dtype=np.float32)
        matrix[np.searchsorted(both, wide.sample)] = wide.sampled[name]
        matrix[np.searchsorted(both, places)] = rows
        matrices[name] = matrix
    sample = np.searchsorted(both, wide.sample)
    return replace(
        ground, ids=ground.ids[both], documents=ground.documents[both], groups=ground.groups[both], matrices=matrices, sample=sample
    )


def _places(ground: Ground, ids: list[int]) -> "np.ndarray":
    import numpy as np

    wanted = np.array(ids, dtype=np.int64)
    at = np.minimum(np.searchsorted(ground.ids, wanted), len(ground) - 1)
    there: np.ndarray = at[ground.ids[at] == wanted]
    return there


def _nearest(cosines: "np.ndarray", places: "np.ndarray", many: int) -> "np.ndarray":
    import numpy as np

    if len(places) <= many:
        return places
    nearest: np.ndarray = places[np.argpartition(-cosines[places], many)[:many]]
    return nearest
