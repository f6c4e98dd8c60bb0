"""The contract's example of `bill`, and asking for a bill."""

from pathlib import Path

from tests.advisor.commands import Said, call

CONTRACT = """
schema: 1
currency: USD
hours: 1
usage:
  - {id: r5, provider: aws, service: ec2, account: A, region: us-east-1, zone: us-east-1a,
     instance_type: r5.4xlarge, quantity: 4, on_demand: 1.0,
     rates: {compute_sp: 0.7, ec2_sp: 0.6, reserved: 0.55}}
commitments:
  - {id: sp1, provider: aws, kind: compute_sp, per_hour: 2.0, account: A}
  - {id: ri1, provider: aws, kind: reserved, account: A, instance_type: m4.xlarge, region: us-east-1,
     quantity: 4, scope: region, per_hour: 0.12}
  - {id: cud, provider: gcp, kind: flexible_cud, per_hour_on_demand: 50, discount_fraction: 0.25}
"""


def bill(tmp_path: Path, text: str, *options: str) -> Said:
    path = tmp_path / "bill.yaml"
    path.write_text(text, encoding="utf-8")
    return call("bill", str(path), *options)
