"""What is said of work given in FLOPs: what each accelerator was taken to do, and which cannot do it."""

from collections.abc import Iterator

from advisor.demand.accelerator_names import CPU
from advisor.demand.demand import DEFAULT_PRECISION, FLOPS
from advisor.demand.flops import mfu_of, peak_tflops
from advisor.demand.workload import Workload
from advisor.planning.case import Case
from advisor.planning.result_rows import ResultWarning
from advisor.planning.words import four_digits, listed
from providers import ACCELERATORS


def flops_assumptions(case: Case) -> Iterator[str]:
    """FLOP/s of each accelerator that may do the work, and where its peak is from."""
    for workload in _in_flops(case):
        mfu = workload.demand.mfu
        precision = workload.demand.precision or DEFAULT_PRECISION
        for name in sorted(_usable(case, workload)):
            peak, share = peak_tflops(name, precision), mfu_of(mfu or {}, name)
            if peak is None or share is None:
                continue
            yield (
                f"{workload.name}: one {name} does {four_digits(peak * share)} TFLOP/s = dense {precision} "
                f"peak {four_digits(peak)} TFLOP/s ({ACCELERATORS[name].source_url}) × MFU {share:g}."
            )


def flops_warnings(case: Case) -> Iterator[ResultWarning]:
    """Accelerators that cannot serve, and what one MFU for all leaves open."""
    for workload in _in_flops(case):
        mfu, precision = workload.demand.mfu, workload.demand.precision or DEFAULT_PRECISION
        left_out = sorted(_within_reach(case, workload) - workload.accelerators())
        unknown = [name for name in left_out if peak_tflops(name, precision) is None]
        if unknown:
            yield _warning(
                "flops_peak_unknown",
                f"{workload.name}: left out, because no {precision} peak is known for them: "
                f"{listed(unknown)}. Write accelerator_hours to use them.",
            )
        if isinstance(mfu, dict):
            continue
        not_named = [name for name in left_out if name not in unknown]
        if not_named:
            yield _warning(
                "flops_inference_only",
                f"{workload.name}: left out, because they are made for inference: {listed(not_named)}. Write "
                "mfu by accelerator to use them.",
            )
        yield _warning(
            "flops_one_mfu",
            f"{workload.name}: MFU {mfu:g} is taken for every accelerator, and nobody checked that the job "
            "runs on it and fits its memory: write mfu by accelerator, as measured, to name those you "
            "mean.",
        )


def _warning(code: str, message: str) -> ResultWarning:
    return ResultWarning(code=code, severity="warning", message=message)


def _in_flops(case: Case) -> Iterator[Workload]:
    return (workload for workload in case.plan.workloads if workload.demand.unit == FLOPS)


def _usable(case: Case, workload: Workload) -> set[str]:
    """Accelerators of the machines that may do the work."""
    model = next(w for w in case.problem.workloads if w.name == workload.name)
    return {case.translation.specs[key].accelerator or CPU for key in model.units_per_hour}


def _within_reach(case: Case, workload: Workload) -> set[str]:
    """Accelerators that the plan would let the workload use, whether they can do its work or not.

    Of the price list only those that cannot: the others need no words.
    """
    plan, mfu = case.plan, workload.demand.mfu
    if isinstance(mfu, dict):
        return set(mfu)
    servers = (server for site in plan.capacity.sites for server in site.servers)
    found = {server.accelerator for server in servers if server.accelerator is not None}
    found |= {partner.accelerator for partner in plan.capacity.partners if partner.accelerator is not None}
    return found | {
        offer.accelerator
        for offer in case.catalogue.having(case.catalogue.accelerators - workload.accelerators())
        if offer.accelerator is not None
        and plan.capacity.admits(offer)
        and workload.residency.admits(offer.country)
        and workload.regions.admits(offer.provider, offer.region)
    }
