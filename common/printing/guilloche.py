"""Fine line patterns (guilloche) drawn from a seed: the same type and issuer always give the same pattern.

They make a printed certificate pleasant and a careless copy visible; they are not a security feature. The
signature is.
"""

import hashlib
import math
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise

TURN = 2 * math.pi


@lru_cache(maxsize=64)
def guilloche_svg(seed: str, *, width: float = 297, height: float = 210, colour: str = "#9a7b3a") -> str:
    """Fill `width` × `height` millimetres with a fine mesh and a rosette, as one ``<svg>`` element.

    The mesh is one tile, repeated by the renderer: a page of it costs no more than the tile.
    """
    draw = _numbers(seed)
    identity = "g" + hashlib.sha256(f"{seed}{width}{height}".encode()).hexdigest()[:10]
    tile_width, tile_height = 16 + 2 * round(4 * next(draw)), 9.0
    mesh = "".join(f'<path d="{path}"/>' for path in _mesh(draw, tile_width, tile_height))
    rosette = _rosette(draw, width / 2, height / 2, min(width, height) * 0.38)
    wreaths = "".join(f'<path d="{path}"/>' for path in rosette)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="guilloche" aria-hidden="true" '
        f'viewBox="0 0 {width:g} {height:g}"><defs>'
        f'<pattern id="{identity}" patternUnits="userSpaceOnUse" width="{tile_width}" height="{tile_height:g}">'
        f'<g fill="none" stroke="{colour}" stroke-opacity="0.55" stroke-width="0.09">{mesh}</g></pattern></defs>'
        f'<rect width="{width:g}" height="{height:g}" fill="url(#{identity})"/>'
        f'<g fill="none" stroke="{colour}" stroke-width="0.13">{wreaths}</g></svg>'
    )


def _numbers(seed: str) -> Iterator[float]:
    """Endless numbers in 0–1 from the seed, the same on every machine."""
    block = hashlib.sha256(seed.encode()).digest()
    while True:
        yield from (byte / 255 for byte in block)
        block = hashlib.sha256(block).digest()


def _mesh(draw: Iterator[float], width: float, height: float, strands: int = 6) -> list[str]:
    """Waves whose whole periods fit the tile; those that leave it above or below come back on the other side."""
    reach = height * (0.3 + 0.2 * next(draw))
    twist = 0.25 + 0.5 * next(draw)
    paths = []
    for strand in range(strands):
        middle = height * strand / strands
        for turn in (0.0, TURN * twist):
            wave = [
                (x, middle + reach * math.sin(TURN * x / width + turn) * (1 + 0.25 * math.cos(2 * TURN * x / width)))
                for x in _spread(width, 16)
            ]
            paths += [_smooth([(x, y + shift) for x, y in wave]) for shift in (-height, 0.0, height)]
    return paths


def _rosette(draw: Iterator[float], x: float, y: float, radius: float) -> list[str]:
    """Three wreaths of interlaced closed curves with the same number of petals."""
    petals = 12 + 2 * round(next(draw) * 5)
    depth = 0.12 + 0.05 * next(draw)
    paths = []
    for size in (1.0, 0.76, 0.55):
        for strand in range(3):
            phase = TURN * strand / 3
            points = []
            for angle in _spread(TURN, petals * 4)[:-1]:
                reach = radius * size * (1 - depth + depth * math.sin(petals * angle + phase))
                points.append((x + reach * math.cos(angle), y + reach * math.sin(angle)))
            paths.append(_loop(points))
    return paths


def _spread(length: float, steps: int) -> list[float]:
    return [length * step / steps for step in range(steps + 1)]


def _smooth(points: list[tuple[float, float]]) -> str:
    """Join points by quadratic curves through the middles of their gaps: half the bytes of fine polylines."""
    (x, y), *rest = points
    path = [f"M{x:.2f} {y:.2f}"]
    for (x, y), (next_x, next_y) in pairwise(rest):
        path.append(f"Q{x:.2f} {y:.2f} {(x + next_x) / 2:.2f} {(y + next_y) / 2:.2f}")
    x, y = points[-1]
    path.append(f"L{x:.2f} {y:.2f}")
    return "".join(path)


def _loop(points: list[tuple[float, float]]) -> str:
    """The same for a closed curve: it begins between two points, so that no corner shows where it ends."""
    (x, y), (next_x, next_y) = points[0], points[1]
    path = [f"M{(x + next_x) / 2:.2f} {(y + next_y) / 2:.2f}"]
    for (x, y), (next_x, next_y) in pairwise([*points[1:], points[0], points[1]]):
        path.append(f"Q{x:.2f} {y:.2f} {(x + next_x) / 2:.2f} {(y + next_y) / 2:.2f}")
    return "".join(path) + "Z"
