"""Messages of wrong workloads: demand, profiles, throughput, places."""

import pytest

from tests.advisor.demand_examples import check

CHAT, TRAIN = "workloads[0]", "workloads[1]"
FLOPS = "demand: {unit: flops, total: 1e24, mfu: 0.4}"
CHAT_TWICE = (
    "["
    + ", ".join(
        ["{name: a, kind: batch, demand: {unit: accelerators, constant: 1}, throughput: {H100: 1}}"] * 2
    )
    + "]"
)
FLAT_DAY = "[" + ", ".join(["1"] * 24) + "]"
DARK_DAY = "[" + ", ".join(["0"] * 24) + "]"

# where the fragment is put, the YAML fragment; the path of the problem, the value shown, part of the message
CASES = [
    # workloads
    ("workloads", CHAT_TWICE, "workloads[1].name", "'a'", "is also the name of workloads[0]"),
    (f"{CHAT}.kind", "inferense", f"{CHAT}.kind", "'inferense'", "did you mean `inference`?"),
    (f"{CHAT}.kind", "training", f"{CHAT}.demand.unit", "'tokens_per_second'", "does not fit kind training"),
    (
        f"{TRAIN}.kind",
        "inference",
        f"{TRAIN}.demand.unit",
        "'accelerator_hours'",
        "does not fit kind inference",
    ),
    (f"{CHAT}.latency", "{max_ms: 60}", f"{CHAT}.latency.users_in", "", "is required"),
    (f"{CHAT}.latency", "{users_in: [DE]}", f"{CHAT}.latency.max_ms", "", "is required"),
    (f"{CHAT}.latency", "60", f"{CHAT}.latency", "60", "must be a map of fields"),
    (f"{CHAT}.latency", "{users_in: DE, max_ms: 9}", f"{CHAT}.latency.users_in", "'DE'", "must be a list"),
    (f"{CHAT}.latency", "{users_in: [], max_ms: 9}", f"{CHAT}.latency.users_in", "a list of 0", "1 entry"),
    (f"{CHAT}.latency", "{users_in: [UK], max_ms: 9}", f"{CHAT}.latency.users_in[0]", "'UK'", "mean `GB`"),
    (f"{CHAT}.latency", "{users_in: [DE], max_ms: 0}", f"{CHAT}.latency.max_ms", "0", "must be above 0"),
    (f"{CHAT}.latency", "{users_in: [DE], max_ms: 1e5}", f"{CHAT}.latency.max_ms", "1E+5", "10000 or less"),
    (
        f"{CHAT}.checkpoint",
        "{interval_minutes: 30, restart_minutes: 5}",
        f"{CHAT}.checkpoint",
        "",
        "belongs to kind training or batch",
    ),
    (
        f"{TRAIN}.checkpoint",
        "{interval_minutes: 0, restart_minutes: 5}",
        f"{TRAIN}.checkpoint.interval_minutes",
        "0",
        "must be above 0",
    ),
    (
        f"{TRAIN}.checkpoint",
        "{interval_minutes: 30, restart_minutes: 1441}",
        f"{TRAIN}.checkpoint.restart_minutes",
        "1441",
        "must be 1440 or less",
    ),
    (
        f"{CHAT}.thoughput",
        "{}",
        f"{CHAT}.thoughput",
        "",
        "unknown field `thoughput`, did you mean `throughput`?",
    ),
    (f"{CHAT}.headroom", "11", f"{CHAT}.headroom", "11", "must be 10 or less"),
    (f"{CHAT}.gang", "0", f"{CHAT}.gang", "0", "must be 1 or more"),
    (f"{CHAT}.throughput", "{H1000: 3}", f"{CHAT}.throughput.H1000", "'H1000'", "did you mean `H100`"),
    (f"{CHAT}.throughput", "{}", f"{CHAT}.throughput", "a map of 0", "name at least one accelerator"),
    (f"{CHAT}.throughput", "{H100: 0}", f"{CHAT}.throughput.H100", "0", "must be above 0"),
    (f"{CHAT}.throughput", "{H100: 1, h100: 2}", f"{CHAT}.throughput.h100", "2", "same accelerator as H100"),
    (
        f"{TRAIN}.throughput",
        "{H100: 1}",
        f"{TRAIN}.throughput",
        "a map of 1",
        "cannot stand beside demand.total",
    ),
    (f"{TRAIN}.demand.total", "100", f"{TRAIN}.throughput", "empty", "is required for accelerator_hours"),
    (
        f"{TRAIN}.demand.total",
        "{H1000: 9}",
        f"{TRAIN}.demand.total.H1000",
        "'H1000'",
        "is no known accelerator",
    ),
    (f"{TRAIN}.demand.total", "{H100: -9}", f"{TRAIN}.demand.total.H100", "-9", "must be above 0"),
    (f"{TRAIN}.demand.total", "-9", f"{TRAIN}.demand.total", "-9", "must be above 0"),
    (f"{TRAIN}.demand.peak", "5", f"{TRAIN}.demand.peak", "5", "belongs to a load per second"),
    (f"{TRAIN}.demand.profile", "flat", f"{TRAIN}.demand.profile", "", "belongs to a load per second"),
    (
        f"{TRAIN}.demand",
        "{unit: accelerator_hours}",
        f"{TRAIN}.demand.total",
        "empty",
        "is required, for example",
    ),
    (f"{TRAIN}.demand.unit", "flops", f"{TRAIN}.demand.total", "a map of 1", "must be one number for flops"),
    (f"{TRAIN}.demand.unit", "flop", f"{TRAIN}.demand.unit", "'flop'", "did you mean `flops`?"),
    (f"{TRAIN}.demand.mfu", "0.4", f"{TRAIN}.demand.mfu", "0.4", "belongs to the unit flops"),
    (f"{TRAIN}.demand.precision", "fp8", f"{TRAIN}.demand.precision", "'fp8'", "belongs to the unit flops"),
    (f"{TRAIN}.demand", "{unit: flops, mfu: 0.4}", f"{TRAIN}.demand.total", "empty", "for example 3.8e24"),
    (
        f"{TRAIN}.demand",
        "{unit: flops, total: 1e24}",
        f"{TRAIN}.demand.mfu",
        "empty",
        "is required for flops",
    ),
    (
        f"{TRAIN}.demand",
        "{unit: flops, total: 1e24, mfu: 40}",
        f"{TRAIN}.demand.mfu",
        "40",
        "must be 1 or less (a fraction: write 0.15 for 15 %)",
    ),
    (
        f"{TRAIN}.demand",
        "{unit: flops, total: 1e24, mfu: {H100: 0}}",
        f"{TRAIN}.demand.mfu.H100",
        "0",
        "must be above 0",
    ),
    (
        f"{TRAIN}.demand",
        "{unit: flops, total: 1e24, mfu: {H1000: 0.4}}",
        f"{TRAIN}.demand.mfu.H1000",
        "'H1000'",
        "is no known accelerator",
    ),
    (
        f"{TRAIN}.demand",
        "{unit: flops, total: 1e24, mfu: {A100-80GB: 0.4}, precision: fp8}",
        f"{TRAIN}.demand.mfu",
        "a map of 1",
        "names no accelerator whose fp8 peak is known",
    ),
    (
        f"{TRAIN}.demand",
        "{unit: flops, total: 1e24, mfu: 0.4, precision: int4}",
        f"{TRAIN}.demand.precision",
        "'int4'",
        "must be 'bf16' or 'fp8'",
    ),
    (
        f"{TRAIN}.demand",
        "{unit: flops, total: 1e24, mfu: 0.4, peak: 3}",
        f"{TRAIN}.demand.peak",
        "3",
        "not to flops",
    ),
    (f"{CHAT}.demand.unit", "token_per_secnd", f"{CHAT}.demand.unit", "'token_per_secnd'", "did you mean"),
    (f"{CHAT}.demand.unit", "Pages_per_second", f"{CHAT}.demand.unit", "'Pages_per_second'", "_per_second"),
    (
        f"{CHAT}.demand",
        "{unit: accelerators}",
        f"{CHAT}.demand.peak",
        "empty",
        "accelerators needs peak, or constant",
    ),
    (f"{CHAT}.demand.constant", "9", f"{CHAT}.demand.constant", "9", "cannot stand beside peak"),
    (
        f"{CHAT}.demand",
        "{unit: accelerators, constant: 2, profile: flat}",
        f"{CHAT}.demand.profile",
        "",
        "needs peak",
    ),
    (f"{CHAT}.demand.total", "5", f"{CHAT}.demand.total", "5", "belongs to accelerator_hours"),
    (TRAIN, f"{{name: t, kind: inference, {FLOPS}}}", f"{TRAIN}.demand.unit", "'flops'", "kind inference"),
    (
        TRAIN,
        f"{{name: t, kind: training, {FLOPS}, throughput: {{H100: 1}}}}",
        f"{TRAIN}.throughput",
        "a map of 1",
        "write demand.mfu by accelerator",
    ),
    (f"{CHAT}.demand.growth_per_month", "-1", f"{CHAT}.demand.growth_per_month", "-1", "must be above -1"),
    (f"{TRAIN}.window.deadline", "2028-01", f"{TRAIN}.window.deadline", "'2028-01'", "2027-01 to 2027-12"),
    (
        f"{TRAIN}.window.earliest",
        "2027-05",
        f"{TRAIN}.window.deadline",
        "'2027-04'",
        "before earliest (2027-05)",
    ),
    # places
    (f"{CHAT}.residency", "{allow: [UE]}", f"{CHAT}.residency.allow[0]", "'UE'", "is no country or group"),
    (
        f"{CHAT}.residency",
        "{allow: [Germany]}",
        f"{CHAT}.residency.allow[0]",
        "'Germany'",
        "did you mean `DE`",
    ),
    (f"{CHAT}.residency", "{allow: []}", f"{CHAT}.residency.allow", "a list of 0", "at least 1 entry"),
    (
        f"{CHAT}.residency",
        "{allow: [DE], deny: [EU]}",
        f"{CHAT}.residency.deny",
        "a list of 1",
        "none is left",
    ),
    (f"{CHAT}.regions", "{allow: [eu-*]}", f"{CHAT}.regions.allow[0]", "'eu-*'", "must be provider/region"),
    # profiles
    (
        f"{CHAT}.demand.profile",
        "ofice_hours",
        f"{CHAT}.demand.profile",
        "'ofice_hours'",
        "mean `office_hours`?",
    ),
    (f"{CHAT}.demand.profile", "7", f"{CHAT}.demand.profile", "7", "must be one of flat, office_hours"),
    (
        f"{CHAT}.demand.profile",
        "{nmae: flat}",
        f"{CHAT}.demand.profile.nmae",
        "'flat'",
        "did you mean `name`?",
    ),
    (f"{CHAT}.demand.profile", "{shift_hours: 3}", f"{CHAT}.demand.profile", "a map of 1", "is no profile"),
    (
        f"{CHAT}.demand.profile",
        "{name: flat, shift_hours: 24}",
        f"{CHAT}.demand.profile.shift_hours",
        "24",
        "from -23 to 23",
    ),
    (
        f"{CHAT}.demand.profile",
        f"{{name: flat, weekday: {FLAT_DAY}}}",
        f"{CHAT}.demand.profile.weekday",
        "a list of 24",
        "cannot stand beside name",
    ),
    (
        f"{CHAT}.demand.profile",
        f"{{weekday: {FLAT_DAY}}}",
        f"{CHAT}.demand.profile.weekend",
        "",
        "is required",
    ),
    (
        f"{CHAT}.demand.profile",
        f"{{weekday: {FLAT_DAY}, weekend: {FLAT_DAY[:-2]}2]}}",
        f"{CHAT}.demand.profile.weekend[23]",
        "2",
        "must be 1 or less",
    ),
    (
        f"{CHAT}.demand.profile",
        f"{{weekday: {FLAT_DAY}, weekend: [1, 1]}}",
        f"{CHAT}.demand.profile.weekend",
        "a list of 2",
        "must have at least 24 entries, not 2",
    ),
    (
        f"{CHAT}.demand.profile",
        f"{{weekday: {DARK_DAY}, weekend: {DARK_DAY}}}",
        f"{CHAT}.demand.profile",
        "a map of 2",
        "has no load in any hour",
    ),
    (
        f"{CHAT}.demand.profile",
        "{csv: load.csv}",
        f"{CHAT}.demand.profile",
        "a map of 1",
        "not read from a folder",
    ),
]


@pytest.mark.parametrize(("where", "fragment", "path", "value", "message"), CASES)
def test_one_mistake_gets_one_problem_with_path_value_and_remedy(
    where: str, fragment: str, path: str, value: str, message: str
) -> None:
    check(where, fragment, path, value, message)
