"""Refusals of offline proofs."""

from django.utils.translation import gettext_lazy as _

from common.errors import Conflict, Invalid, NotFound


class HolderKeyInvalid(Invalid):
    """The wallet's key is no public P-256 key in JWK form. A private key is refused as well: nobody may hand it out."""

    code = "credential.holder_key_invalid"
    message = _("钱包公钥不对：要填 P-256 公钥（JWK 格式），不能带私钥。")
    what_to_do = _("请从电子钱包里复制“公钥（JWK）”；不绑定钱包的，留空即可。")


class ClaimUnknown(Invalid):
    """A field was chosen that this certificate does not have. Params: ``name``."""

    code = "credential.claim_unknown"
    message = _("这张证照没有“%(name)s”这一项。")
    what_to_do = _("请刷新页面，重新选择要带上的内容。")


class NotExportable(Conflict):
    """Only a certificate that is valid now goes into a wallet. Params: ``state``."""

    code = "credential.not_valid"
    message = _("证照现在是“%(state)s”，不能放进电子钱包。")
    what_to_do = _("证照恢复有效或者换发以后再导出。")


class StatusListUnknown(NotFound):
    """No status list has this number."""

    code = "status_list.not_found"
    message = _("没有这份状态清单。")


class SealNotMade(NotFound):
    """This certificate has no signature in the SM2/SM3 suite."""

    code = "certificate.no_sm2_signature"
    message = _("这张证照没有国密签名。")


class TokenKeyUnknown(NotFound):
    """No published key has this name."""

    code = "token_key.not_found"
    message = _("没有这把凭证密钥。")
