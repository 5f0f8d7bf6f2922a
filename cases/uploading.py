"""Files that belong to a case itself and to nobody's locker: they come through the same door as every upload."""

from django.core.files.uploadedfile import UploadedFile

from certificates import antivirus
from certificates.errors import UploadBusy, UploadInfected
from certificates.uploads import CheckedFile, check


def cleaned(upload: UploadedFile) -> CheckedFile:
    """Open a file elsewhere, write it anew and ask the scanner, before anything is locked. Raises the upload errors."""
    checked = check(upload)
    if antivirus.is_configured():
        try:
            if antivirus.find_virus(checked.content):
                raise UploadInfected
        except antivirus.ScannerDown as error:
            raise UploadBusy from error
    return checked
