"""Every figure of build or buy, worked out again from first principles."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.advisor.breakeven_cases import BASE, CONTRACT, SITE, asked, with_, worth

ROOT = Path(__file__).resolve().parents[2]


def test_the_contract_s_example() -> None:
    demand, tokens, reserved = asked(CONTRACT).buy
    assert demand.break_even_hours == pytest.approx(250141.8 / (98.32 - 6.37), rel=1e-12)
    assert demand.break_even_hours == pytest.approx(2720.41, abs=0.01)
    assert demand.break_even_months == pytest.approx(250141.8 / 91.95 / 730, rel=1e-12)
    assert demand.break_even_utilisation == pytest.approx(250141.8 / 91.95 / (60 * 730), rel=1e-12)
    assert demand.npv_build == pytest.approx(250141.8 + 6.37 * 43800, rel=1e-12)
    assert demand.npv_buy == pytest.approx(98.32 * 43800, rel=1e-12)
    assert demand.saving == pytest.approx(98.32 * 43800 - 250141.8 - 6.37 * 43800, rel=1e-12)
    assert demand.saving_fraction == pytest.approx(1 - 529147.8 / 4306416, rel=1e-12)
    # 67,123.5 a month from the first month on: 183,018.3 laid out bring that 59 times, practically for ever
    assert demand.irr_monthly == pytest.approx(67123.5 / 183018.3, rel=1e-6)
    assert demand.irr == pytest.approx((1 + 67123.5 / 183018.3) ** 12 - 1, rel=1e-5)
    assert reserved.break_even_hours == pytest.approx(250141.8 / (62.92 - 6.37), rel=1e-12)
    assert tokens.price_per_used_hour == 3.0
    assert tokens.npv_buy == pytest.approx(3 * 43800)
    for name in ("hours", "months", "utilisation"):
        assert getattr(tokens, f"break_even_{name}") is None
        assert "never" in tokens.reasons[f"break_even_{name}"]
    assert tokens.irr is None
    assert tokens.reason is not None
    assert "6.37" in tokens.reason


def test_half_the_use_takes_twice_the_months_but_the_same_hours() -> None:
    whole, half = (
        asked(CONTRACT).buy[0],
        asked(CONTRACT.replace("utilisation: 1.0", "utilisation: 0.5")).buy[0],
    )
    assert half.break_even_hours == whole.break_even_hours
    assert half.break_even_months == pytest.approx(2 * (whole.break_even_months or 0))
    assert half.break_even_utilisation == whole.break_even_utilisation
    assert half.npv_buy == pytest.approx(whole.npv_buy / 2)
    assert half.npv_build == pytest.approx(250141.8 + 6.37 * 21900)


def test_present_worth_with_a_residual_at_the_end_of_life() -> None:
    row = asked(BASE).buy[0]
    own = [1000 + 50.0] + [50.0] * 8 + [50.0 - 100]  # the residual at the start of the last month
    assert row.npv_build == pytest.approx(worth(own, 0.12), rel=1e-12)
    assert row.npv_buy == pytest.approx(worth([150.0] * 10, 0.12), rel=1e-12)
    assert row.break_even_hours == 500
    assert row.break_even_months == 10
    # 1000 - 100 is to be saved in 1000 hours at 2 each
    assert row.break_even_utilisation == pytest.approx(0.45, rel=1e-12)


def test_a_horizon_shorter_than_life_credits_the_book_value() -> None:
    row = asked(with_(BASE, horizon_months=4)).buy[0]
    book = 1000 - (1000 - 100) * 4 / 10
    assert row.npv_build == pytest.approx(worth([1050.0, 50, 50, 50 - book], 0.12), rel=1e-12)


def test_a_horizon_longer_than_life_buys_again() -> None:
    found = asked(with_(BASE, horizon_months=25))
    own = [50.0] * 25
    own[0] += 1000
    own[10] += 1000 - 100  # the old one brings its residual in the month after its last
    own[20] += 1000 - 100
    own[24] -= 1000 - 900 * 5 / 10
    assert list(found.build.cash_by_month) == pytest.approx(own, rel=1e-12)
    assert found.build.npv == pytest.approx(worth(own, 0.12), rel=1e-12)
    assert (found.build.capex, found.build.capex_later) == (1000, 2000)
    assert found.build.credited == pytest.approx(100 + 100 + 550)


def test_a_horizon_of_whole_lives_buys_nothing_for_after_it() -> None:
    found = asked(with_(BASE, horizon_months=20))
    own = [50.0] * 20
    own[0] += 1000
    own[10] += 900
    own[19] -= 100
    assert list(found.build.cash_by_month) == pytest.approx(own, rel=1e-12)


def test_running_costs_in_all_hours_and_per_month() -> None:
    row = asked(with_(BASE, {"opex_hours": "all", "opex_per_month": 7})).buy[0]
    own = [1000 + 107.0] + [107.0] * 8 + [107.0 - 100]
    assert row.npv_build == pytest.approx(worth(own, 0.12), rel=1e-12)
    assert row.break_even_months == pytest.approx(1000 / (150 - 107), rel=1e-12)
    assert row.break_even_hours == pytest.approx(1000 / (150 - 107) * 50, rel=1e-12)
    assert row.break_even_in_time is False  # after 23 months, but they last 10
    assert "break_even_months" in row.reasons
    # 900 + 107 x 10 is to be saved in 1000 hours at 3 each
    assert row.break_even_utilisation == pytest.approx((900 + 1070) / 3000, rel=1e-12)


def test_what_is_always_on_is_billed_for_all_hours() -> None:
    row = asked(
        with_(BASE, buy=[{"name": "r", "per_hour": 3, "always_on": True, "fixed_per_month": 20}])
    ).buy[0]
    assert row.npv_buy == pytest.approx(worth([320.0] * 10, 0.12), rel=1e-12)
    assert row.price_per_used_hour == pytest.approx(320 / 50)
    assert row.break_even_months == pytest.approx(1000 / (320 - 50), rel=1e-12)
    assert row.break_even_utilisation == 0  # 900 + 1000 u < 3200 at every u


def test_building_that_is_cheaper_at_low_use_only_is_told() -> None:
    row = asked(with_(BASE, buy=[{"name": "r", "per_hour": 1.5, "always_on": True}])).buy[0]
    assert row.break_even_utilisation is None  # 900 + 1000 u < 1500 below 0.6
    assert "below 60.0 %" in row.reasons["break_even_utilisation"]


def test_too_little_use_to_reach_says_how_much_it_would_take() -> None:
    row = asked(with_(BASE, buy=[{"name": "r", "per_hour": 1.5}])).buy[0]
    assert row.break_even_utilisation is None
    assert "180.0 %" in row.reasons["break_even_utilisation"]  # 900 / (0.5 x 1000)
    assert row.break_even_hours == 2000


def test_discounted_payback_by_a_plain_loop() -> None:
    row = asked(with_(BASE, {"opex_per_hour": 0})).buy[0]
    saved, month = 0.0, 0
    while saved + 150 / 1.12 ** (month / 12) < 1000:
        saved += 150 / 1.12 ** (month / 12)
        month += 1
    part = (1000 - saved) / (150 / 1.12 ** (month / 12))
    assert row.discounted_break_even_months == pytest.approx(month + part, rel=1e-12)
    assert (row.discounted_break_even_months or 0) > (row.break_even_months or 0)


def test_savings_that_discounting_eats_never_pay_back() -> None:
    row = asked(with_(BASE, buy=[{"name": "r", "per_hour": 1.1}])).buy[0]  # 5 a month; worth 532 for ever
    assert row.break_even_months == 200
    assert row.discounted_break_even_months is None
    assert "never" in row.reasons["discounted_break_even_months"]


def test_a_site_with_servers_by_hand() -> None:
    found = asked(SITE)
    energy = 10 * 1.5 * 0.2 * 3  # an hour of three servers at full power
    running = 300 + 3 * 50 + energy * 0.4 * 730 + 2 * 900  # two people for three servers
    used = energy * 0.6 * 730 * 0.6
    own = [300.0, 300.0] + [running + used] * 18
    own[0] += 5000 + 30000
    own[13] += 30000  # bought a month before the first ones end in month 14
    own[14] -= 7500
    own[19] -= 30000 - 22500 * 6 / 12
    assert list(found.build.cash_by_month) == pytest.approx(own, rel=1e-12)
    assert found.build.npv == pytest.approx(worth(own, 0.1), rel=1e-12)
    assert found.build.first_month_of_use == 2
    row = found.buy[0]
    rent = 20 * 3 * 730 * 0.6
    assert row.npv_buy == pytest.approx(worth([0, 0] + [rent] * 18, 0.1), rel=1e-12)
    gain = rent - running - used
    assert row.break_even_months == pytest.approx(2 + 35600 / gain, rel=1e-12)
    assert row.break_even_hours == pytest.approx(35600 / gain * 730 * 0.6, rel=1e-12)
    assert found.used_hours == pytest.approx(18 * 730 * 0.6)


def test_servers_inside_the_site_are_the_same_as_beside_it() -> None:
    site, servers = SITE["build"]["site"], SITE["build"]["servers"]
    inside = SITE | {"build": {"site": site | {"servers": servers}}}
    assert asked(inside) == asked(SITE)


def test_prices_in_other_currencies_are_converted() -> None:
    plain = asked(with_(BASE, {"capex": 2000, "opex_per_hour": 2, "residual": 200})).buy[0]
    foreign = with_(BASE, {"currency": "EUR"}, exchange_rates={"EUR": 2, "CNY": 0.5})
    foreign["buy"] = [{"name": "rent", "per_hour": 6, "currency": "CNY"}]
    assert asked(foreign).buy[0].npv_build == pytest.approx(plain.npv_build, rel=1e-12)
    assert asked(foreign).buy[0].npv_buy == pytest.approx(plain.npv_buy, rel=1e-12)


def test_the_drawn_lines_meet_at_the_break_even() -> None:
    found = asked(CONTRACT)
    own, rent = found.build.cumulative, found.buy[0].cumulative
    assert own[0] == 250141.8
    assert own[60] == pytest.approx(found.build.cash)
    assert list(rent[:2]) == pytest.approx([0, 98.32 * 730])
    after = 3.726590538336052
    between = [line[3] + (line[4] - line[3]) * (after - 3) for line in (own, rent)]
    assert between[0] == pytest.approx(between[1], rel=1e-9)


def test_costs_against_use_meet_at_the_discounted_break_even_utilisation() -> None:
    at = asked(BASE).buy[0].discounted_break_even_utilisation
    row = asked(with_(BASE, utilisation=at)).buy[0]
    assert row.npv_build == pytest.approx(row.npv_buy, rel=1e-9)
    found = asked(BASE)
    assert found.utilisations[9] == 0.5
    assert found.buy[0].cost_by_utilisation[9] == pytest.approx(3)
    assert found.build.cost_by_utilisation[9] == pytest.approx(found.build.cost_per_used_hour)
    assert found.build.cost_per_used_hour == pytest.approx(found.build.npv / worth([50.0] * 10, 0.12))


def test_the_engine_loads_no_django() -> None:
    code = "import sys, advisor.breakeven.work, advisor.breakeven.parse, advisor.breakeven.tables\n"
    code += "print([name for name in ('django', 'celery', 'optimizer') if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
