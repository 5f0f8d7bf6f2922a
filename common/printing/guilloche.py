"""Fine line patterns (guilloche) drawn from a seed: the same type and issuer always give the same pattern.

They make a printed certificate pleasant and a careless copy visible; they are not a security feature. The
signature is.
"""

import cmath
import hashlib
import math
from collections.abc import Callable, Iterator
from functools import lru_cache
from itertools import pairwise

TURN = 2 * math.pi
FINE = 50  # units in a millimetre: whole numbers, a fifth of a line's width, are half the bytes of fractions

# A line as a place (x + iy, millimetres) for each number from 0 to 1.
Line = Callable[[float], complex]


@lru_cache(maxsize=64)
def guilloche_svg(seed: str, *, width: float = 297, height: float = 210, colour: str = "#9a7b3a") -> str:
    """Fill `width` × `height` millimetres with a fine mesh and a rosette, as one ``<svg>`` element.

    The mesh is one tile, repeated by the renderer: a page of it costs no more than the tile.
    """
    draw = _numbers(seed)
    identity = "g" + hashlib.sha256(f"{seed}{width}{height}".encode()).hexdigest()[:10]
    tile_width, tile_height = 16 + 2 * round(4 * next(draw)), 9.0
    mesh = _mesh(draw, tile_width, tile_height)
    wreaths = _rosette(draw, min(width, height) * 0.38)
    middle = f"translate({width / 2:g} {height / 2:g})"
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="guilloche" aria-hidden="true" '
        f'viewBox="0 0 {width:g} {height:g}"><defs>'
        f'<pattern id="{identity}" patternUnits="userSpaceOnUse" width="{tile_width}" height="{tile_height:g}">'
        f'<g fill="none" stroke="{colour}" stroke-opacity="0.55" stroke-width="{0.09 * FINE:g}">{mesh}</g>'
        f'</pattern></defs><rect width="{width:g}" height="{height:g}" fill="url(#{identity})"/>'
        f'<g transform="{middle}" fill="none" stroke="{colour}">{wreaths}</g></svg>'
    )


def _numbers(seed: str) -> Iterator[float]:
    """Endless numbers in 0–1 from the seed, the same on every machine."""
    block = hashlib.sha256(seed.encode()).digest()
    while True:
        yield from (byte / 255 for byte in block)
        block = hashlib.sha256(block).digest()


def _mesh(draw: Iterator[float], width: float, height: float, strands: int = 6) -> str:
    """Waves whose whole periods fit the tile; those that leave it above or below come back on the other side."""
    reach = height * (0.3 + 0.2 * next(draw))
    twist = 0.25 + 0.5 * next(draw)
    drawn = []
    for turn in (0.0, TURN * twist):

        def wave(part: float, turn: float = turn) -> complex:
            lift = math.sin(TURN * part + turn) * (1 + 0.25 * math.cos(2 * TURN * part))
            return complex(width * part, reach * lift)

        path = _path(wave, steps=12)
        for strand in range(strands):
            for shift in (-height, 0.0, height):
                drawn.append(_placed(path, f"translate(0 {height * strand / strands + shift:g})"))
    return "".join(drawn)


def _rosette(draw: Iterator[float], radius: float) -> str:
    """Three wreaths of interlaced closed curves: one curve, turned and made smaller.

    Curves that are the same but for their places cost nearly nothing in a compressed file.
    """
    petals = 12 + 2 * round(next(draw) * 5)
    depth = 0.12 + 0.05 * next(draw)

    def curve(part: float) -> complex:
        reach = radius * (1 - depth + depth * math.sin(TURN * petals * part))
        return cmath.rect(reach, TURN * part)

    path = _path(curve, steps=petals * 4) + "Z"
    drawn = []
    for size in (1.0, 0.76, 0.55):
        turned = "".join(_placed(path, f"rotate({360 * strand / 3 / petals:.3f}) scale({size})") for strand in range(3))
        drawn.append(f'<g stroke-width="{0.13 * FINE / size:.2f}">{turned}</g>')
    return "".join(drawn)


def _placed(path: str, where: str) -> str:
    return f'<path transform="{where} scale({1 / FINE:g})" d="{path}"/>'


def _path(line: Line, *, steps: int) -> str:
    """Follow `line` in `steps` cubic curves that leave and arrive in its direction."""
    places = [step / steps for step in range(steps + 1)]
    parts = [f"M{_point(line(0))}"]
    for here, there in pairwise(places):
        third = (there - here) / 3
        leaving, arriving = line(here) + third * _slope(line, here), line(there) - third * _slope(line, there)
        parts.append(f"C{_point(leaving)} {_point(arriving)} {_point(line(there))}")
    return "".join(parts)


def _slope(line: Line, place: float) -> complex:
    return (line(place + 1e-4) - line(place - 1e-4)) / 2e-4


def _point(place: complex) -> str:
    return f"{place.real * FINE:.0f} {place.imag * FINE:.0f}"
