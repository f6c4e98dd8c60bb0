"""Sweeps: fanned out as jobs, each plan done once with the same prices, whatever becomes of workers."""

from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User

from advisor.catalog.services import publish
from advisor.errors import BadInput, CatalogueEmpty, Conflict, NotFound
from advisor.jobs import queue
from advisor.jobs import watch as watching
from advisor.jobs.handlers import HANDLERS
from advisor.jobs.work import perform
from advisor.models import Job, Sweep, SweepPoint
from advisor.sweeps.design import Case, Comparison, MonteCarlo, Sensitivity
from advisor.sweeps.queries import STATES, jobs_of, listed_state, progress_of, sweep_of, sweeps_of
from advisor.sweeps.services import SweepAsk, cancel_sweep, retry_sweep, start_sweep
from tests.advisor.sweep_cases import BASE, DOUBLED, make_sweep, work_out
from tests.factories import make_offer
from tests.people import PLAN_TEXT, make_member, make_plan, organisation_of, signed_in

pytestmark = pytest.mark.django_db
works = pytest.mark.django_db(transaction=True)  # workers have connections of their own
DEMAND = Sensitivity(factors={"demand": (0.5, 2.0)})


@pytest.fixture(autouse=True)
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    kinds: list[str] = []

    def send(_job: Any, *, kind: str, **_options: Any) -> bool:
        kinds.append(kind)
        return True

    for module in (queue, watching):
        monkeypatch.setattr(module, "send", send)
    return kinds


@pytest.fixture
def ada() -> User:
    publish([make_offer()], source="t", label="t")
    return make_member()


def costs(sweep: Sweep) -> list[float | None]:
    return list(sweep.points.order_by("index").values_list("npv", flat=True))


@works
def test_a_new_sweep_waits_as_jobs_of_its_own_queue(ada: User, sent: list[str]) -> None:
    sweep = make_sweep(ada, gap=0.01, time_limit_seconds=20)
    assert sent == ["sweep"] * 5  # the plan as it is, demand and cloud prices up and down
    assert queue.QUEUES["sweep"] == "sweep"
    assert (sweep.points_count, sweep.kind, sweep.name) == (5, "sensitivity", "Tiny")
    assert (sweep.gap_asked, sweep.time_limit_seconds, sweep.catalogue_version) == (0.01, 20, 1)
    found = progress_of(sweep)
    assert (found.state, found.done, found.total, found.fraction) == ("queued", 0, 5, 0.0)
    assert {job.deadline_seconds for job in jobs_of(sweep)} == {20 + 150 + 300}


@works
def test_every_plan_is_worked_out_with_the_prices_of_the_sweeps_moment(ada: User) -> None:
    sweep = make_sweep(ada, Sensitivity(factors={"demand": (0.5, 2.0), "cloud_prices": (0.8, 1.5)}))
    publish([make_offer(price_per_hour=Decimal(1))], source="t", label="cheaper, later")
    assert set(work_out(sweep)) == {"done"}
    # half of eight accelerators still takes the one machine; sixteen take two
    assert costs(sweep) == pytest.approx([BASE, BASE, 2 * BASE, 0.8 * BASE, 1.5 * BASE])
    found = progress_of(sweep)
    assert (found.state, found.answered, found.failed, found.fraction) == ("succeeded", 5, 0, 1.0)
    point = sweep.points.get(index=2)
    assert (point.state, point.status, point.currency, point.attempts) == ("answered", "optimal", "USD", 1)
    assert point.npv_by_kind == {"on_demand": pytest.approx(2 * BASE)}
    assert point.purchases[0]["quantity"] == 2
    assert point.finished_at is not None


def test_many_plans_share_a_job_and_all_jobs_have_as_much_to_do(ada: User) -> None:
    sweep = make_sweep(ada, MonteCarlo(draws=200))
    sizes = [job.points.count() for job in jobs_of(sweep)]
    assert (len(sizes), sum(sizes), min(sizes), max(sizes)) == (40, 201, 5, 6)
    large = make_sweep(ada, MonteCarlo(draws=1000))
    sizes = [job.points.count() for job in jobs_of(large)]
    assert (len(sizes), sum(sizes), max(sizes)) == (41, 1001, 25)


@works
def test_draws_of_a_sweep_cost_what_their_factors_say(ada: User) -> None:
    sweep = make_sweep(ada, MonteCarlo(draws=6, demand_sigma=0.8))
    work_out(sweep)
    for point in sweep.points.filter(index__gt=0):
        machines = -(-8 * point.factors["demand"] // 8)
        assert point.npv == pytest.approx(machines * BASE * point.factors["cloud_prices"])


@works
def test_a_comparison_sets_cases_and_other_plans_side_by_side(ada: User) -> None:
    other = make_plan(ada, PLAN_TEXT.replace("Tiny", "Other").replace("8", "24")).versions.get()
    sweep = make_sweep(ada, DOUBLED, others=(other,))
    work_out(sweep)
    assert costs(sweep) == pytest.approx([BASE, 2 * BASE, 3 * BASE])
    assert list(sweep.points.values_list("label", flat=True)) == ["as it is", "twice", "Other, version 1"]


@works
def test_a_plan_that_fails_is_told_in_words_and_the_others_go_on(ada: User) -> None:
    cases = (
        Case(name="wrong", changes={"months": 0}),
        Case(name="impossible", changes={"limits.cash_per_month": 10}),
        Case(name="right", changes={"months": 2}),
    )
    sweep = make_sweep(ada, Comparison(cases=cases))
    assert set(work_out(sweep)) == {"done"}
    wrong, impossible, right = sweep.points.filter(index__gt=0).order_by("index")
    assert (wrong.state, wrong.error_code, wrong.npv) == ("failed", "bad_input", None)
    assert "months: 0" in wrong.words[0]
    assert (impossible.state, impossible.status, impossible.npv) == ("answered", "infeasible", None)
    assert "batch needs 8 H100 at its peak in 2027-01" in impossible.words[0]
    assert "cash_per_month" in impossible.words[1]
    assert right.npv == pytest.approx(2 * BASE)
    found = progress_of(sweep)
    assert (found.state, found.answered, found.failed) == ("succeeded", 3, 1)


@works
def test_a_cancelled_sweep_keeps_its_answers_and_goes_on_where_it_was(ada: User) -> None:
    sweep = make_sweep(ada, DEMAND)
    first = sweep.points.get(index=0).job
    perform(first.pk, HANDLERS)
    assert progress_of(sweep).state == "running"
    with pytest.raises(Conflict, match="under way"):
        retry_sweep(sweep)
    cancel_sweep(sweep)
    found = progress_of(sweep)
    assert (found.state, found.answered, found.waiting) == ("cancelled", 1, 2)
    assert work_out(sweep) == ["not to be had"] * 3
    assert retry_sweep(sweep) == 2
    work_out(sweep)
    assert costs(sweep) == pytest.approx([BASE, BASE, 2 * BASE])
    assert progress_of(sweep).state == "succeeded"
    with pytest.raises(Conflict, match="has its answer"):
        retry_sweep(sweep)


@works
def test_the_same_key_starts_one_sweep_and_serves_no_other_question(ada: User) -> None:
    version = make_plan(ada).versions.get()

    def again(ask: SweepAsk) -> tuple[Sweep, bool]:
        return start_sweep(version, organisation=organisation_of(ada), user=ada, ask=ask, key="k")

    sweep, new = again(SweepAsk(design=DEMAND))
    same, newer = again(SweepAsk(design=DEMAND))
    assert (sweep.pk, new, newer) == (same.pk, True, False)
    with pytest.raises(Conflict, match="another request"):
        again(SweepAsk(design=DEMAND, gap=0.1))
    assert Sweep.objects.count() == 1


@pytest.mark.parametrize(
    ("ask", "said"),
    [
        ({"design": Comparison()}, "a comparison needs 1 to 50"),
        ({"design": DEMAND, "gap": 0.7}, "gap 0.7: write a fraction such as 0.005, from 0 to 0.5"),
        ({"design": DEMAND, "time_limit_seconds": 301}, "from 1 to 300"),
    ],
)
def test_what_is_out_of_range_is_refused(ask: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInput, match=said):
        SweepAsk(**ask)


def test_a_plan_with_problems_is_not_begun(ada: User) -> None:
    with pytest.raises(BadInput, match="has 1 problem"):
        make_sweep(ada, text=PLAN_TEXT.replace("months: 1", "months: none"))
    assert Sweep.objects.count() == 0


def test_without_prices_there_is_no_sweep() -> None:
    with pytest.raises(CatalogueEmpty):
        make_sweep(make_member())
    assert (Sweep.objects.count(), Job.objects.count()) == (0, 0)


@works
def test_lists_tell_states_and_filter_by_them(ada: User) -> None:
    organisation = organisation_of(ada)
    waiting, running, stopped, done, failed = (make_sweep(ada, DEMAND) for _ in range(5))
    for sweep in (running, stopped):
        perform(sweep.points.all()[0].job_id, HANDLERS)
    cancel_sweep(stopped)
    work_out(done)
    failed.points.update(state=SweepPoint.State.FAILED)
    jobs_of(failed).update(state=Job.State.SUCCEEDED)
    wanted = dict(zip(STATES, (waiting, running, done, failed, stopped), strict=True))
    assert {listed_state(sweep): sweep for sweep in sweeps_of(organisation)} == wanted
    for state, sweep in wanted.items():
        assert list(sweeps_of(organisation, state=state)) == [sweep], state
        assert progress_of(sweep).state == state
    assert list(sweeps_of(organisation, kind="comparison")) == []
    assert sweeps_of(organisation, text="tin").count() == 5


def test_another_organisations_sweep_is_not_found(ada: User) -> None:
    sweep = make_sweep(ada)
    eve = make_member("eve", "Others")
    assert sweep_of(organisation_of(ada), sweep.pk) == sweep
    for wrong in (sweep.pk, "x"):
        with pytest.raises(NotFound):
            sweep_of(organisation_of(eve), wrong)
    assert not sweeps_of(organisation_of(eve))
    with pytest.raises(LookupError):
        start_sweep(sweep.version, organisation=organisation_of(eve), user=eve, ask=SweepAsk(design=DEMAND))


def test_an_organisation_goes_with_its_sweeps(ada: User) -> None:
    make_sweep(ada, DOUBLED, others=(make_plan(ada).versions.get(),))
    organisation_of(ada).delete()
    assert (Sweep.objects.count(), SweepPoint.objects.count(), Job.objects.count()) == (0, 0, 0)


@works
def test_the_list_counts_impossible_plans_as_without_a_cost(ada: User) -> None:
    case = Case(name="nowhere", changes={"workloads[batch].residency": {"allow": ["JP"]}})
    work_out(make_sweep(ada, Comparison(cases=(case,))))
    html = signed_in(ada).get("/sweeps/").content.decode()
    assert 'data-label="Without a cost">1<' in html
