"""The KDNiao door with third parties' clients: their sources, with only the host name changed.

    python -m bench.kdniao_clients --base URL --id EBUSINESSID --key APPKEY \\
        --shipper CODE --company NAME --number NUMBER --clients DIR

Prints one JSON object: for each client what it read. DIR holds checkouts named `owner+name`. Each
is copied, the host name is replaced in the files named in CLIENTS, and our driver in
`bench/clients/` calls it. Its own dependencies come from PyPI, npm, Go's proxy (or a checkout
`jinzhu+copier` in DIR) and, for PHP and Java, from Debian's packages (php-guzzlehttp-guzzle,
libjackson2-databind-java, libspring-core-java, libcommons-logging-java). A client's checkout or
language that is missing is said in `missing`. Exit code 1 when a client
fails, sees another state or another number of traces than the others, or a yes-or-no answer is no.
NUMBER is a parcel of that merchant with scans; a waybill is bought for a new order by each client
that can buy one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import uuid
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

DRIVERS = Path(__file__).parent / "clients"
HOST = re.compile(r"\bapi\.kdniao\.(com|cc)\b(?=[/\"'])")


class Client(NamedTuple):
    """A public client: its checkout, driver and how it is built and run."""

    repository: str
    driver: str
    language: str
    tool: str
    hosts: tuple[str, ...]
    """Files that name KDNiao's host; none where the caller gives the address."""
    copies: tuple[tuple[str, str], ...]
    """Driver's file (or the checkout's, with a leading @) and where it goes."""
    build: tuple[str, ...]
    run: str


_JAVA = "@litemall-core/src/main/java/org/linlinjava/litemall/core/"
_TO = "java/org/linlinjava/litemall/core/"
_SPRING = "org/springframework/boot/context/properties/"
_GO_BUILD = ("go build -mod=mod -o drive ./drive_main",)
_COPIER = (
    '! test -d "$KDN_CLIENTS/jinzhu+copier"'
    ' || go mod edit -replace "github.com/jinzhu/copier=$KDN_CLIENTS/jinzhu+copier"'
)

CLIENTS = (
    Client(
        "menduo/kdniao_python",
        "menduo",
        "Python",
        "python3",
        ("kdniao/conf.py",),
        (("drive.py", "drive.py"),),
        ("python3 -m venv .e", ".e/bin/pip install -q requests tornado"),
        ".e/bin/python drive.py",
    ),
    Client(
        "misu99/kdniao",
        "misu99",
        "Go",
        "go",
        ("enum/url.go",),
        (("main.go", "drive_main/main.go"),),
        (_COPIER, *_GO_BUILD),
        "./drive",
    ),
    Client(
        "bububa/kdniao",
        "bububa",
        "Go",
        "go",
        ("config/const.go",),
        (("main.go", "drive_main/main.go"),),
        _GO_BUILD,
        "./drive",
    ),
    Client(
        "klover2/node-kdniao-ts",
        "klover2",
        "Node",
        "npm",
        (),
        (("drive.js", "drive.js"),),
        ("rm -f yarn.lock", "npm install --silent --no-audit --no-fund", "npx tsc"),
        "node drive.js",
    ),
    Client(
        "finecho/logistics",
        "finecho",
        "PHP",
        "php",
        ("src/Interfaces/KdniaoConfigurationConstant.php",),
        (("drive.php", "drive.php"),),
        (),
        "php drive.php",
    ),
    Client(
        "linlinjava/litemall",
        "litemall",
        "Java",
        "javac",
        ("litemall-core/src/main/java/org/linlinjava/litemall/core/express/ExpressService.java",),
        (
            ("Main.java", "java/Main.java"),
            (
                _SPRING + "ConfigurationProperties.java",
                "java/" + _SPRING + "ConfigurationProperties.java",
            ),
            (_JAVA + "express/ExpressService.java", _TO + "express/ExpressService.java"),
            (_JAVA + "express/dao/ExpressInfo.java", _TO + "express/dao/ExpressInfo.java"),
            (_JAVA + "express/dao/Traces.java", _TO + "express/dao/Traces.java"),
            (
                _JAVA + "express/config/ExpressProperties.java",
                _TO + "express/config/ExpressProperties.java",
            ),
            (_JAVA + "util/HttpUtil.java", _TO + "util/HttpUtil.java"),
        ),
        ("javac -encoding UTF-8 -d classes -cp '/usr/share/java/*' $(find java -name '*.java')",),
        "java -cp 'classes:/usr/share/java/*' Main",
    ),
)


def order(shipper: str) -> str:
    """RequestData of a 1007 for a new order."""
    where = {"ProvinceName": "广东省", "CityName": "深圳市", "ExpAreaName": "福田区"}
    return json.dumps(
        {
            "OrderCode": f"CLIENT-{uuid.uuid4().hex[:16]}",
            "ShipperCode": shipper,
            "PayType": 3,
            "ExpType": "1",
            "Quantity": 1,
            "Weight": 0.8,
            "Sender": where | {"Name": "发件", "Mobile": "13000000000", "Address": "深南大道1号"},
            "Receiver": where | {"Name": "收件", "Mobile": "13000000001", "Address": "福华路2号"},
            "Commodity": [{"GoodsName": "茶杯", "Goodsquantity": 1}],
            "IsReturnPrintTemplate": "1",
        },
        ensure_ascii=False,
    )


def prepare(client: Client, checkout: Path, at: Path, base: str) -> int:
    """Lay the client and our driver out; the number of host names replaced."""
    shutil.copytree(checkout, at, ignore=shutil.ignore_patterns(".git", "node_modules"))
    replaced = 0
    for name in client.hosts:
        path = at / name
        text = path.read_text("utf-8")
        text, count = HOST.subn(urlsplit(base).netloc, text)
        replaced += count
        path.write_text(text, "utf-8")
    for source, target in client.copies:
        to = at / target
        to.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(at / source[1:] if source[0] == "@" else DRIVERS / client.driver / source, to)
    return replaced


def shell(command: str, at: Path, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """One command of a build or the driver."""
    arguments = ["sh", "-c", command]
    return subprocess.run(
        arguments, cwd=at, env=env, capture_output=True, text=True, timeout=240, check=False
    )


def drive(client: Client, checkout: Path, base: str, env: dict[str, str]) -> dict[str, object]:
    """Build and run one client; what it printed, or the error."""
    with tempfile.TemporaryDirectory() as temporary:
        at = Path(temporary) / "client"
        replaced = prepare(client, checkout, at, base)
        for command in (*client.build, client.run):
            try:
                done = shell(command, at, env)
            except subprocess.TimeoutExpired:
                return {"error": f"{command}: no end after 240 s"}
            if done.returncode:
                return {"error": f"{command}: {(done.stderr or done.stdout).strip()[-800:]}"}
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return {"language": client.language, "hosts_replaced": replaced, **found}


def right(found: dict[str, object], others: list[dict[str, object]]) -> bool:
    """No error, no "no", and the same history as the others'."""
    same = {(one["state"], one["traces"]) for one in others if "error" not in one}
    no = any(answer is False for answer in found.values())
    return "error" not in found and not no and len(same) == 1


def main() -> int:
    """Run every client there is and print what each saw."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    for name in ("base", "id", "key", "shipper", "number", "company"):
        parser.add_argument(f"--{name}", required=True)
    parser.add_argument("--clients", type=Path, required=True)
    options = parser.parse_args()
    base = options.base.rstrip("/")
    missing, found = [], {}
    for client in CLIENTS:
        checkout = options.clients / client.repository.replace("/", "+")
        if not checkout.is_dir() or shutil.which(client.tool) is None:
            missing.append(f"{client.repository} ({client.language})")
            continue
        env = os.environ | {
            "KDN_CLIENTS": str(options.clients.resolve()),
            "KDN_BASE": base,
            "KDN_ID": options.id,
            "KDN_KEY": options.key,
            "KDN_SHIPPER": options.shipper,
            "KDN_COMPANY": options.company,
            "KDN_NUMBER": options.number,
            "KDN_ORDER": order(options.shipper),
        }
        found[client.repository] = drive(client, checkout, base, env)
    passed = sum(right(one, list(found.values())) for one in found.values())
    print(
        json.dumps(
            {"bench": "kdniao_clients", "passed": passed, "missing": missing, "clients": found},
            ensure_ascii=False,
        )
    )
    return 0 if found and passed == len(found) else 1


if __name__ == "__main__":
    sys.exit(main())
