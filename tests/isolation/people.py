"""Who is who in these tests: two merchants whose every word is their own."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Who:
    """A merchant's distinctive words. `mark` begins everything it names."""

    code: str
    mark: str
    name: str
    name_masked: str
    phone: str
    phone_masked: str
    sender: str
    sender_phone: str
    province: str
    city: str
    district: str
    ebusiness_id: str

    @property
    def address(self) -> str:
        return f"{self.mark}路 27 号 3 栋"

    @property
    def app_key(self) -> str:
        return f"{self.mark}-app-key-0123456789"

    @property
    def branch_password(self) -> str:
        return f"{self.mark}-branch-password"

    @property
    def account_name(self) -> str:
        return f"{self.mark}-YTO"

    @property
    def user_password(self) -> str:
        return f"{self.mark}-user-password"

    @property
    def words(self) -> frozenset[str]:
        """What nobody else may read."""
        return frozenset(
            {
                f"商家 {self.code}",
                self.mark,
                self.name,
                self.name_masked,
                self.phone,
                self.phone_masked,
                self.sender,
                self.sender_phone,
                self.city,
                self.district,
                self.address,
                self.ebusiness_id,
            }
        )

    @property
    def secrets(self) -> frozenset[str]:
        """What nobody at all may read again."""
        return frozenset({self.app_key, self.branch_password, self.user_password})


ALPHA = Who(
    code="ALPHA",
    mark="QXALPHA7",
    name="欧阳金雀",
    name_masked="欧**",
    phone="13912340017",
    phone_masked="139****0017",
    sender="司徒画眉",
    sender_phone="028-81230017",
    province="四川省",
    city="雅安市",
    district="雨城区",
    ebusiness_id="1710017001",
)
BETA = Who(
    code="BETA",
    mark="QXBETA3",
    name="慕容白鹭",
    name_masked="慕**",
    phone="13798760029",
    phone_masked="137****0029",
    sender="上官杜鹃",
    sender_phone="0594-2760029",
    province="福建省",
    city="莆田市",
    district="城厢区",
    ebusiness_id="1720029001",
)
STAFF_WORDS = "QXSTAFF9"
"""In every text that only the platform's staff may read."""
COST_FEN = 98_731
"""What the platform's courier charges: nobody's number but the platform's."""
COST_YUAN = "987.31"
