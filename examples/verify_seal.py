#!/usr/bin/env python3
"""Check the proof of one sealed row, offline and without clientupdater.

    curl "$URL/api/v1/periods/2026-10/seal/proof?client=code:FC-000123" \\
        -H "Authorization: Bearer $TOKEN" > proof.json
    python3 verify_seal.py proof.json --root 9f86d0…

The root to compare with is one that you kept or that another party published, not one that came
with the proof. Exit code 0: the proof holds; 1: it does not; 2: it cannot be read.
"""

import argparse
import hashlib
import json
import sys
from datetime import UTC, datetime


def sha256(*parts):
    return hashlib.sha256(b"".join(parts)).digest()


def climb(value, path):
    """Hash a leaf with its neighbours up to the root."""
    for step in path:
        neighbour = bytes.fromhex(step["hash"])
        if len(neighbour) != 32 or step["side"] not in ("left", "right"):
            raise ValueError("a step of the path is not valid")
        pair = (neighbour, value) if step["side"] == "left" else (value, neighbour)
        value = sha256(b"\x01", *pair)
    return value


def leaf(text):
    return sha256(b"\x00", text.encode())


def moment(text):
    at = datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone(UTC)
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def faults(proof, root):
    """List what is wrong with a proof."""
    head, *events = proof["row"].split("\n\n")
    values = dict(line.split("=", 1) for line in head.splitlines())
    sequences = [dict(x.split("=", 1) for x in each.splitlines())["sequence"] for each in events]
    expected = {
        "client_code": json.dumps(proof["client_code"], ensure_ascii=False),
        "company": proof["company_id"],
        "branch": proof["branch_id"],
        "period": proof["period"],
        "events": str(len(events)),
    }
    for name, value in expected.items():
        if values.get(name) != value:
            yield f"the row says {name}={values.get(name)}, the proof {value}"
    if sequences != [str(n) for n in range(len(events))]:
        yield "the events are not numbered from 0 without a gap"
    branch_root = climb(leaf(proof["row"]), proof["path"])
    if branch_root.hex() != proof["branch_root"]:
        yield "the row is not in the branch"
    branch = leaf(f"branch={proof['branch_id']}\nroot={branch_root.hex()}\n")
    header = (
        f"company={proof['company_id']}\nperiod={proof['period']}\n"
        f"sealed_at={moment(proof['sealed_at'])}\n"
        f"previous_period={proof['previous_period'] or ''}\n"
        f"previous_root={proof['previous_root'] or ''}\n"
        f"branches={climb(branch, proof['branch_path']).hex()}\n"
    )
    sealed = sha256(b"\x02", header.encode()).hex()
    if sealed != proof["root"]:
        yield "the branch is not under the root"
    if root is not None and sealed != root.lower():
        yield f"the root is {sealed}, not the one that you gave"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument(
        "proof", type=argparse.FileType(encoding="utf-8"), help="a file; - reads it"
    )
    parser.add_argument("--root", help="the root that you kept, in hexadecimal")
    arguments = parser.parse_args()
    try:
        proof = json.load(arguments.proof)
        wrong = list(faults(proof, arguments.root))
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        print(f"The proof cannot be read: {type(error).__name__}: {error}", file=sys.stderr)
        return 2
    for fault in wrong:
        print(f"NOT PROVED: {fault}")
    if not wrong:
        print(f"{proof['client_code']} {proof['period']}: the row is in the seal {proof['root']}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
