"""Keys in a hardware module, here SoftHSM2: files, time stamps and tokens are signed without the key leaving it."""

import json
import shutil
import subprocess
import threading
from pathlib import Path

import pkcs11
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc import jwk
from joserfc import jws as other_jws

from certificates.proofs import keys
from certificates.signing import demo_ca
from certificates.signing.errors import KeyExposed, KeyMissing, KeyUnusable, ModuleUnavailable
from certificates.signing.keys_in_use import default_keystore
from certificates.signing.pades import check_pdf, sign_pdf
from certificates.signing.pkcs11 import Module, Pkcs11KeyStore

PLACES = (
    "/usr/lib/softhsm/libsofthsm2.so",
    "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib/aarch64-linux-gnu/softhsm/libsofthsm2.so",
    "/usr/lib64/pkcs11/libsofthsm2.so",
    "/opt/homebrew/lib/softhsm/libsofthsm2.so",
    "/usr/local/lib/softhsm/libsofthsm2.so",
)
PIN = "20261121"


@pytest.fixture(scope="session")
def module(tmp_path_factory) -> dict[str, str]:
    """A token with the keys of three seals; its certificates stand in the folder beside the trusted root."""
    library = next((place for place in PLACES if Path(place).exists()), None)
    assert library, "the tests need SoftHSM2: apt-get install softhsm2"
    assert shutil.which("softhsm2-util")
    folder = tmp_path_factory.mktemp("hsm")
    (folder / "store").mkdir()
    (folder / "softhsm2.conf").write_text(f"directories.tokendir = {folder / 'store'}\nobjectstore.backend = file\n")
    patch = pytest.MonkeyPatch()
    patch.setenv("SOFTHSM2_CONF", str(folder / "softhsm2.conf"))  # the library reads it once, in this process
    _run("softhsm2-util", "--init-token", "--free", "--label", "onestop", "--pin", PIN, "--so-pin", PIN)
    demo_ca.make_demo_ca(folder / "keys", {})
    root = demo_ca._root(folder / "keys", [])
    for index, (code, key) in enumerate(
        {
            "certificates": ec.generate_private_key(ec.SECP256R1()),
            "timestamps": ec.generate_private_key(ec.SECP256R1()),
            "tokens": ec.generate_private_key(ec.SECP256R1()),
            "housing": rsa.generate_private_key(public_exponent=65537, key_size=2048),
        }.items()
    ):
        certificate = demo_ca._certificate(
            f"密码机{code}", key, issuer=root, term=demo_ca._years(1), stamps_time=code == "timestamps"
        )
        _write(folder / "keys" / f"{code}.pem", certificate.public_bytes(Encoding.PEM))
        plain = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        _write(folder / "plain.pem", plain)
        words = ("--token", "onestop", "--pin", PIN, "--label", code, "--id", f"a{index}")
        _run("softhsm2-util", "--import", str(folder / "plain.pem"), *words)
    (folder / "plain.pem").unlink()
    _write(folder / "pin", f"{PIN}\n".encode())
    yield {"module": library, "token": "onestop", "pin_file": str(folder / "pin"), "folder": str(folder / "keys")}
    patch.undo()


def _run(*words: str) -> None:
    subprocess.run(words, check=True, capture_output=True)


def _write(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    path.chmod(0o600)


@pytest.fixture
def store(module, settings) -> Pkcs11KeyStore:
    settings.KEY_DIR = Path(module["folder"])
    settings.PKCS11 = {name: module[name] for name in ("module", "token", "pin_file")}
    found = default_keystore()
    assert isinstance(found, Pkcs11KeyStore)
    assert default_keystore() is found
    return found


def seal(pdf: bytes, store: Pkcs11KeyStore, **more: str) -> bytes:
    return sign_pdf(pdf, reason="颁发", location="示范市", field_name="Seal", keystore=store, **more)


@pytest.mark.parametrize("code", ["certificates", "housing"])
def test_a_file_is_signed_and_stamped_in_the_module(unsigned, store, code):
    report = check_pdf(seal(unsigned, store, seal_code=code), keystore=store)
    assert report.valid
    assert report.signer_name == f"密码机{code}"
    assert report.stamped_at is not None


@pytest.mark.django_db
def test_tokens_are_signed_in_the_module(store):
    token = keys.current().sign("cert+jwt", {"sub": "x"})
    found = other_jws.deserialize_compact(token, jwk.KeySet.import_key_set(keys.key_set()), algorithms=["ES256"])
    assert json.loads(found.payload) == {"sub": "x"}


def test_no_private_key_is_in_the_folder(module):
    names = {path.name for path in Path(module["folder"]).glob("certificates*")}
    assert names == {"certificates.pem"}


def test_threads_share_the_session(store):
    signer, failures = store.signer("tokens"), []

    def sign() -> None:
        try:
            for _round in range(20):
                signer.sign_now(b"data", "sha256")
        except Exception as error:
            failures.append(error)

    threads = [threading.Thread(target=sign) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_session_that_broke_is_opened_again(store):
    signer = store.signer("tokens")
    signer.sign_now(b"data", "sha256")
    store._module._session.close()

    class Gone:
        """As the library answers once a module was restarted."""

        def get_key(self, **_wanted: object) -> None:
            raise pkcs11.exceptions.SessionHandleInvalid

        def close(self) -> None:
            raise pkcs11.exceptions.SessionHandleInvalid

    store._module._session = Gone()
    assert signer.sign_now(b"data", "sha256")
    assert not isinstance(store._module._session, Gone)


def test_a_key_that_is_not_there_or_not_the_certificates(store, module):
    folder = Path(module["folder"])
    with pytest.raises(KeyMissing):
        store.signer("absent")
    _write(folder / "lost.pem", (folder / "tokens.pem").read_bytes())
    with pytest.raises(KeyMissing):
        store.signer("lost")
    keep = (folder / "timestamps.pem").read_bytes()
    _write(folder / "timestamps.pem", (folder / "tokens.pem").read_bytes())
    try:
        with pytest.raises(KeyUnusable):
            Pkcs11KeyStore(folder, store._module).signer("timestamps")
    finally:
        _write(folder / "timestamps.pem", keep)


@pytest.mark.parametrize("change", [{"token": "absent"}, {"module": "/nowhere.so"}])
def test_a_module_that_does_not_answer_is_said_plainly(module, change):
    settings = {**{name: module[name] for name in ("module", "token", "pin_file")}, **change}
    with pytest.raises(ModuleUnavailable) as refused:
        Pkcs11KeyStore(Path(module["folder"]), Module(**settings)).signer("tokens")
    assert refused.value.http_status == 503


def test_a_wrong_or_exposed_pin_is_not_used(module, tmp_path):
    _write(tmp_path / "pin", b"wrong")
    settings = {"module": module["module"], "token": "onestop", "pin_file": str(tmp_path / "pin")}
    with pytest.raises(ModuleUnavailable):
        Pkcs11KeyStore(Path(module["folder"]), Module(**settings)).signer("tokens")
    (tmp_path / "pin").chmod(0o644)
    with pytest.raises(KeyExposed):
        Pkcs11KeyStore(Path(module["folder"]), Module(**settings)).signer("tokens")
