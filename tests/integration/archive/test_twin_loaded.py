"""The twin's two releases through the whole flow, held against its truth file: rows, coverage, findings, outcomes."""

from __future__ import annotations

import csv
import io
import zipfile
from collections import Counter

import pytest

from bluelamp.archive.quality import FINDINGS
from bluelamp.domain.area import town_of
from bluelamp.domain.dataset import DATASETS
from bluelamp.domain.force import FORCES
from bluelamp.domain.month import Month, month_range
from bluelamp.synthetic.archive import FileTruth, Truth
from bluelamp.synthetic.plan import UNUSABLE
from tests.lib.archive.archives import (
    NEWER,
    OLDER,
    Known,
    Twin,
    Unit,
    ask,
    coverage,
    figures,
    findings,
    held_rows,
    quality,
    query,
    recall_and_precision,
    unit_of,
)

UNUSUAL_FORMS = {"bom", "crlf", "bare_cr", "reordered_columns", "extra_column"}


def unit(file: FileTruth) -> Unit:
    return file.dataset, file.force, file.month


def loaded_rows(file: FileTruth) -> int:
    bad = file.labels.get("bad_rows")
    return file.rows - (bad.rows if bad else 0)


def has_other_rows(file: FileTruth) -> bool:
    """Whether rows repeat each other or are another file's: what is true of its own rows is not all that is found."""
    return file.condition == "stuck_file" or file.properties.get("rows", "few") != "few"


def is_usable(file: FileTruth, listed: list[tuple[str, FileTruth]]) -> bool:
    """Whether a file gives rows. A damaged copy whose directory entry is that of a file held already is never read."""
    if file.condition != "damaged_member":
        return file.condition not in UNUSABLE
    earlier = [other for release, other in listed if other is not file and release == OLDER]
    return any((other.crc32, other.size) == (file.crc32, file.size) for other in earlier if other.usable)


def expected_coverage(older: Truth | None, newer: Truth) -> dict[Unit, tuple[str, str | None]]:
    """What must be said once `newer` came after `older`, from the truth files alone."""
    truths = [truth for truth in (newer, older) if truth]
    windows = {str(truth.plan.release): {str(month) for month in truth.plan.window} for truth in truths}
    files = {str(truth.plan.release): {unit(file): file for file in truth.files} for truth in truths}
    expected: dict[Unit, tuple[str, str | None]] = {}
    first = min(truth.plan.window[0] for truth in truths)
    last = max(truth.plan.window[-1] for truth in truths)
    for dataset in DATASETS:
        for force in FORCES:
            for month in month_range(first, last):
                one = (dataset.name, force.slug, str(month))
                listed = [(release, files[release][one]) for release in files if one in files[release]]
                usable = [(release, file) for release, file in listed if is_usable(file, listed)]
                if usable:
                    release, file = usable[0]
                    expected[one] = ("held" if loaded_rows(file) else "empty", release)
                elif listed:
                    expected[one] = ("quarantined", listed[0][0])
                elif not force.publishes(dataset):
                    expected[one] = ("not published", None)
                else:
                    # BTP outcomes too: the twin never has them, and a release that has no such file says so.
                    newest = max(release for release, months in windows.items() if str(month) in months)
                    expected[one] = ("missing", newest)
    return expected


@pytest.mark.parametrize("release", [OLDER, NEWER])
def test_a_release_loaded_alone_has_the_coverage_of_its_truth(
    release: str, twin: Twin, forward: Known, backward: Known
) -> None:
    known = forward if release == OLDER else backward
    found = {one: (state, of) for one, (state, of, _) in known.first_coverage.items()}
    expected = expected_coverage(None, twin.truths[release])
    assert len(expected) == 45 * 3 * 18
    assert {one: pair for one, pair in found.items() if expected[one] != pair} == {}
    assert found.keys() == expected.keys()
    assert {state for state, _ in expected.values()} == {"held", "empty", "quarantined", "missing", "not published"}


def test_gap_detection_has_full_recall_and_precision(twin: Twin, forward: Known) -> None:
    truth = twin.truths[OLDER]
    gaps = {(gap.dataset, gap.force, gap.month) for gap in truth.missing}
    gaps |= {("outcomes", "btp", str(month)) for month in truth.plan.window}
    found = {one for one, (state, _, _) in forward.first_coverage.items() if state == "missing"}
    recall, precision = recall_and_precision(found, gaps)
    print(f"gaps: recall {recall:.4f}, precision {precision:.4f} of {len(gaps)}")
    assert (recall, precision) == (1.0, 1.0)
    assert {gap.why for gap in truth.missing} >= {"stops_stopped", "street_gaps", "missing_months"}


def test_both_releases_together_have_the_coverage_of_both_truths(twin: Twin, forward: Known) -> None:
    found = {one: (state, release) for one, (state, release, _) in coverage(forward.archive).items()}
    expected = expected_coverage(twin.truths[OLDER], twin.truths[NEWER])
    wrong = {one: (pair, expected.get(one)) for one, pair in found.items() if expected.get(one) != pair}
    assert wrong == {}
    assert found.keys() == expected.keys()


def test_a_month_that_left_the_window_stays_held(twin: Twin, forward: Known) -> None:
    gone = str(twin.truths[OLDER].plan.window[0])
    states = {one: pair for one, pair in coverage(forward.archive).items() if one[2] == gone}
    assert gone not in {str(month) for month in twin.truths[NEWER].plan.window}
    assert states["crimes", "kent", gone][:2] == ("held", OLDER)
    assert {release for state, release, _ in states.values() if state == "held"} == {OLDER}


def test_the_rows_of_every_file_are_those_of_the_truth(twin: Twin, forward: Known) -> None:
    """Read counts are the file's, loaded counts those in the warehouse; nothing in between is lost."""
    contents = forward.archive.ledger.by_id(
        file.content_id for file in forward.archive.ledger.files_of(states=("loaded", "unchanged"))
    )
    wrong = {}
    checked = 0
    for file in forward.archive.ledger.files_of(states=("loaded", "unchanged")):
        truth = twin.truths[str(file.release)].of(file.unit.dataset, file.unit.force, str(file.unit.month))
        assert truth is not None
        content = contents[file.content_id]
        expected = (truth.rows, loaded_rows(truth), truth.rows - loaded_rows(truth))
        found = (content.rows_read, content.rows_loaded, content.rows_rejected)
        checked += 1
        if found != expected:
            wrong[truth.member] = (truth.condition, found, expected)
    assert wrong == {}
    assert checked > 4_000
    expected_rows = {}
    for one, (state, release, rows) in coverage(forward.archive).items():
        if state == "held":
            file = twin.truths[str(release)].of(*one)  # type: ignore[assignment]
            assert file is not None
            expected_rows[one] = loaded_rows(file)  # type: ignore[arg-type]
            assert rows == expected_rows[one], one
    assert held_rows(forward.archive) == expected_rows


def test_every_damaged_file_is_quarantined_alone_and_with_its_reason(twin: Twin, forward: Known) -> None:
    reasons = {
        "damaged_member": "checksum",
        "cut_file": "cut off",
        "renamed_column": "lacks the column",
        "missing_column": "lacks the column",
        "no_header": "no header",
        "not_text": "header|text|UTF",
    }
    broken = {(str(f.release), *unit_key): f.reason for f in forward.archive.ledger.files_of(states=("quarantined",))
              for unit_key in [(f.unit.dataset, f.unit.force, str(f.unit.month))]}  # fmt: skip
    older = {unit(file): (OLDER, file) for file in twin.truths[OLDER].files}
    true = {
        (release, *unit(file)): file.condition
        for release, truth in twin.truths.items()
        for file in truth.files
        if file.condition in UNUSABLE
        if not (unit(file) in older and is_usable(file, [older[unit(file)]]))
    }
    assert broken.keys() == true.keys()
    for one, condition in true.items():
        assert any(word in broken[one] for word in reasons[condition].split("|")), (condition, broken[one])
    assert set(true.values()) == set(UNUSABLE)


def test_bad_rows_are_issues_with_their_lines_and_are_in_no_figure(twin: Twin, backward: Known) -> None:
    truth = twin.truths[NEWER]
    current = {unit(f): f for f in truth.files if f.usable}
    rows = query(
        backward.archive,
        """
        SELECT dataset, slug, month, list(line ORDER BY line), list(DISTINCT reason)
        FROM stg_police_uk__issue JOIN included_file USING (file_id) JOIN dim_force USING (force_id)
        GROUP BY ALL
        """,
    )
    found = {(dataset, slug, str(Month(month))): lines for dataset, slug, month, lines, _ in rows}
    expected = {one: list(file.labels["bad_rows"].lines) for one, file in current.items() if "bad_rows" in file.labels}
    assert {one: lines for one, lines in found.items() if one in current} == expected
    reasons = {reason for *_, some in rows for reason in some}
    # A coordinate that is none makes no bad row: the record is counted, without a place.
    for words in ("fields instead of", "not a month", "hexadecimal"):
        assert any(words in reason for reason in reasons), words


# label of the truth, dataset → finding; rows of the label that each row of the finding stands for
EXACT = [
    ("identical_blank_id_rows", "crimes", "identical_without_id"),
    ("duplicate_stop_rows", "stops", "exact_duplicate"),
    ("no_location", "crimes", "unlocated"),
    ("blank_street", "crimes", "no_street_name"),
    ("stops_without_coordinates", "stops", "unlocated"),
    ("unknown_values", "crimes", "unknown_value"),
    ("unknown_values", "outcomes", "unknown_value"),
    ("unknown_values", "stops", "unknown_value"),
    ("out_of_month", "stops", "out_of_month"),
    ("bad_rows", "crimes", "rejected_row"),
    ("bad_rows", "stops", "rejected_row"),
]


@pytest.mark.parametrize(("label", "dataset", "finding"), EXACT)
def test_a_finding_counts_exactly_what_was_planted(
    label: str, dataset: str, finding: str, twin: Twin, backward: Known
) -> None:
    """`first_findings` of the backward archive are those of the newer release alone."""
    truth = twin.truths[NEWER]
    # A planted stop with markup has no coordinates and is counted nowhere else.
    extra = "markup_cells" if (label, dataset) == ("stops_without_coordinates", "stops") else ""
    planted = {}
    for file in truth.files:
        if file.dataset == dataset and file.usable and not has_other_rows(file):
            rows = sum(file.labels[name].rows for name in {label, extra} if name in file.labels)
            if rows:
                planted[unit(file)] = rows
    spoilt = {unit(file) for file in truth.files if has_other_rows(file)}
    found = {
        one: rows
        for (name, one), rows in backward.first_findings.items()
        if name == finding and one[0] == dataset and one not in spoilt
    }
    recall, precision = recall_and_precision(set(found), set(planted))
    total, of = sum(found.values()), sum(planted.values())
    print(f"{label} in {dataset}: recall {recall:.4f}, precision {precision:.4f} of files; {total} of {of} rows")
    assert planted
    assert found == planted


def test_duplicate_outcomes_and_repeated_ids_are_found(twin: Twin, backward: Known) -> None:
    truth = twin.truths[NEWER]
    copies = {
        unit(f): f.labels["duplicate_outcome_rows"].rows
        for f in truth.files
        if f.usable and "duplicate_outcome_rows" in f.labels and "many_outcomes" not in f.labels
    }
    found = {
        one: rows
        for (name, one), rows in backward.first_findings.items()
        if name == "exact_duplicate" and one[0] == "outcomes" and one in copies
    }
    assert found == copies
    # Each planted pair shares one ID, and both rows carry it.
    pairs = {unit(f): f.labels["reused_ids_in_file"].rows for f in truth.labelled("reused_ids_in_file") if f.usable}
    found = {one: rows for (name, one), rows in backward.first_findings.items() if name == "crime_id_repeated"}
    assert {one: rows for one, rows in found.items() if one[1] == "avon-and-somerset"} == pairs
    recall, precision = recall_and_precision(set(found), set(pairs))
    print(f"reused IDs in a file: recall {recall:.4f}, precision {precision:.4f}")
    assert recall == 1.0


def test_far_points_are_found(twin: Twin, backward: Known) -> None:
    """In the twin's own country points borrowed over the border may lie more than 20 km off as well: found rightly."""
    usable = [file for file in twin.truths[NEWER].files if file.dataset == "crimes" and file.usable]
    far = {unit(file): file.labels["far_points"].rows for file in usable if "far_points" in file.labels}
    border = {unit(file): file.labels["border_snap"].rows for file in usable if "border_snap" in file.labels}
    stuck = {unit(file): file.rows for file in usable if file.condition == "stuck_file"}
    moved = {unit(file): file.rows for file in usable if "points" in file.properties or has_other_rows(file)}
    found = {
        one: rows
        for (name, one), rows in backward.first_findings.items()
        if name == "far_outside_force" and one[0] == "crimes"
    }
    away = {one: far.get(one, 0) + border.get(one, 0) + moved.get(one, 0) for one in far | border | moved}
    recall, precision = recall_and_precision(set(found), set(far) | set(stuck))
    _, precision_of_away = recall_and_precision(set(found), set(away))
    print(
        f"far points: recall {recall:.4f} of files, precision {precision:.4f} against far points alone, "
        f"{precision_of_away:.4f} against all points planted outside; {sum(found.values())} rows of "
        f"{sum(far.values()) + sum(stuck.values())} far and {sum(border.values())} over the border"
    )
    assert recall == 1.0
    assert precision_of_away == 1.0
    assert {one for one, rows in found.items() if not far.get(one, 0) + stuck.get(one, 0) <= rows <= away[one]} == set()


def test_files_of_an_unusual_form_are_read_and_told(twin: Twin, backward: Known) -> None:
    true = {unit(f) for f in twin.truths[NEWER].files if f.condition in UNUSUAL_FORMS}
    found = {one for (name, one) in backward.first_findings if name == "unusual_form"}
    assert found == true
    assert {f.condition for f in twin.truths[NEWER].files if unit(f) in found} == UNUSUAL_FORMS


def test_utc_dates_of_the_last_evening_are_in_their_month_by_local_time(twin: Twin, forward: Known) -> None:
    """Oddity 15: by UTC they would be of the month before."""
    early = sum(f.labels["utc_dates"].rows for f in twin.truths[NEWER].labelled("utc_dates") if f.usable)
    assert early > 0
    rows = query(
        forward.archive,
        """
        SELECT count(*) FROM stg_police_uk__stop_and_search
        WHERE year(utc_time) * 12 + month(utc_time) - 1 < month
            AND year(local_time) * 12 + month(local_time) - 1 = month
        """,
    )
    assert rows[0][0] >= early


def test_local_midnight_is_time_unknown(twin: Twin, forward: Known) -> None:
    by_force = figures(forward.archive, "stops", measures=["count,time_unknown"], by=["force"])
    # A planted stop with markup stands at noon, also in Dyfed-Powys.
    count, unknown = by_force["dyfed-powys"]
    assert 0.95 < unknown / count <= 1.0
    count, unknown = by_force["sussex"]
    assert 0.8 < unknown / count < 0.97
    hours = figures(forward.archive, "stops", by=["hour"], where=["force=sussex"])
    assert hours[None] == unknown
    assert hours.get(0, 0) < count / 20


def test_each_lag_and_what_is_open_equal_the_truth(twin: Twin, backward: Known) -> None:
    """First-outcome lags and still-open crimes of every force-month; crimes with ambiguous IDs apart."""
    truth = twin.truths[NEWER]
    answered: dict[tuple[str, str], Counter[object]] = {}
    unknown: set[tuple[str, str]] = set()  # of which no outcomes file is held of the month or a later one
    for (force, month, lag), (_, with_outcome, open_, ambiguous, disagree) in backward.first_answers["by_lag"].items():
        if with_outcome is None:
            unknown.add((force, month))
            continue
        counts = answered.setdefault((force, month), Counter())
        counts[lag] += with_outcome
        counts["open"] += open_ + ambiguous
        counts["ambiguous"] += ambiguous
        counts["disagree"] += disagree
    wrong = {}
    for lags in truth.lags:
        if (lags.force, lags.month) in unknown:
            assert sum(lags.first) == 0
            continue
        counts = answered[lags.force, lags.month]
        stuck = truth.of("crimes", lags.force, lags.month)
        assert stuck is not None
        assert stuck.condition != "stuck_file"
        found = ([counts[k] for k in range(len(lags.first))], counts["open"], counts["disagree"])
        expected = (list(lags.first), lags.open, lags.awaiting + lags.disagree)
        if found != expected:
            wrong[lags.force, lags.month] = (found, expected)
    assert wrong == {}
    assert len(truth.lags) > 700
    assert sum(counts["ambiguous"] for counts in answered.values()) > 0
    assert sum(sum(lags.first[1:]) for lags in truth.lags) > 5_000
    assert sum(lags.disagree for lags in truth.lags) > 0


def test_ambiguous_ids_are_counted_and_matched_to_nobody(forward: Known) -> None:
    several = figures(forward.archive, "crimes", measures=["count,ambiguous,with_outcome"], by=["force"],
                      where=["id_names_several=true"])  # fmt: skip
    assert set(several) >= {"avon-and-somerset", "northern-ireland"}
    # The PSNI publishes no outcomes: how many of its crimes have one is not known.
    assert all(
        count == ambiguous and with_outcome == (None if force == "northern-ireland" else 0)
        for force, (count, ambiguous, with_outcome) in several.items()
        if count
    )


def test_outcomes_match_the_crimes_of_every_month_held(twin: Twin, backward: Known) -> None:
    match = figures(backward.archive, "outcomes", by=["match"])
    assert match["matched"] > 10_000
    assert set(match) <= {"matched", "ambiguous", "crime not held"}
    assert sum(match.values()) == ask(backward.archive, "outcomes").rows[0][0]


def test_towns_are_the_stems_of_lsoa_names_and_odd_names_stay_whole(twin: Twin, backward: Known) -> None:
    """Held against a plain count of the newer release's readable street files."""
    truth = twin.truths[NEWER]
    towns: Counter[str] = Counter()
    with zipfile.ZipFile(twin.zip(NEWER)) as archive:
        for file in truth.files:
            if file.dataset != "crimes" or not file.usable:
                continue
            text = archive.read(file.member).decode("utf-8-sig")
            bad = set(file.labels["bad_rows"].lines) if "bad_rows" in file.labels else set()
            for number, row in enumerate(csv.DictReader(io.StringIO(text, newline="")), 2):
                if number not in bad:
                    towns[town_of(row["LSOA name"] or "") or ""] += 1
    # Without an LSOA the town comes from the map point, if from anywhere: that is another test's.
    assert towns.pop("") > 0
    assert dict(backward.first_answers["by_stem"]) == dict(towns)
    odd = [town for town in towns if any(mark in town for mark in "-'.,")]
    assert any("," in town for town in odd)
    assert any("'" in town for town in odd)
    assert any("-" in town for town in odd)
    assert any("." in town for town in odd)


def test_authorities_are_those_of_the_lookup_in_either_vintage(twin: Twin, forward: Known) -> None:
    wards = {row["LSOA21CD"]: row["LAD24NM"] for row in _reference(twin, "lsoa2021-to-ward2024-to-lad2024.csv")}
    parts: dict[str, set[str | None]] = {}
    for row in _reference(twin, "lsoa2011-to-lsoa2021-to-lad2022.csv"):
        parts.setdefault(row["LSOA11CD"], set()).add(wards.get(row["LSOA21CD"]))
    expected = {code: next(iter(names)) for code, names in parts.items() if len(names) == 1} | wards
    rows = query(
        forward.archive,
        "SELECT lsoa.code, area.name, lsoa.vintage FROM dim_lsoa AS lsoa JOIN dim_area AS area USING (area_id) "
        "WHERE lsoa.lsoa_id <> 0",
    )
    assert len(rows) > 1_000
    assert {code: name for code, name, _ in rows if (expected.get(code) or "") != name} == {}
    assert {vintage for *_, vintage in rows} >= {"2011", "2021", "both"}
    unmapped = sum(rows for (name, _), rows in findings(forward.archive).items() if name == "unmapped_lsoa")
    share = unmapped / (ask(forward.archive, "crimes").rows[0][0] + ask(forward.archive, "outcomes").rows[0][0])
    print(f"records with an LSOA that is in no authority: {share:.4%}")
    assert share < 0.01


def _reference(twin: Twin, name: str) -> csv.DictReader[str]:
    return csv.DictReader(io.StringIO((twin.reference / name).read_text(encoding="utf-8-sig"), newline=""))


def test_every_finding_that_occurs_has_words_and_examples(forward: Known) -> None:
    found = quality(forward.archive)
    assert {one.finding for one in found} <= set(FINDINGS)
    assert len({one.finding for one in found}) >= 10
    for one in found:
        assert 1 <= len(one.examples) <= 3
        assert one.rows >= len(one.examples)
        assert unit_of(one)[0] in {"crimes", "outcomes", "stops"}
    lines = [example["line"] for one in found for example in one.examples]
    assert min(lines) >= 1
