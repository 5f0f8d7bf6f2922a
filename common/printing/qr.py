"""QR codes as vector pictures."""

import io

import segno
from segno import DataOverflowError

from common.printing.errors import QrTooLong


def qr_svg(text: str, *, label: str = "核验二维码", level: str = "m") -> str:
    """Draw `text` as a QR code (ISO/IEC 18004, four modules of white around it), one ``<svg>``.

    `level` is the least correction of errors: m (15 %), or l (7 %) where a long text would else print too fine; what
    the version has room for is used for more of it.
    The element has a view box and no size of its own: the page's style sheet decides.
    Raises QrTooLong above the standard's capacity.
    """
    try:
        code = segno.make(text, error=level, micro=False, boost_error=True)
    except DataOverflowError as error:
        raise QrTooLong from error
    target = io.BytesIO()
    code.save(
        target, kind="svg", xmldecl=False, omitsize=True, border=4, dark="#111", light="#fff", svgclass="qr",
        lineclass=None, title=label, nl=False,
    )  # fmt: skip
    return target.getvalue().decode()
