"""Published labels folded into a few groups that are the same in every era. Used by `questions`."""

from __future__ import annotations

from dataclasses import dataclass

OTHER_LABEL = "another label"
BLANK = "not recorded"


@dataclass(frozen=True, slots=True)
class Grouping:
    """`rules` are (how a label begins, its group), the first that fits counts. `terms` are the groups in their order,
    then one for labels that no rule fits, then one for blanks."""

    rules: tuple[tuple[str, str], ...]

    @property
    def terms(self) -> tuple[str, ...]:
        return (*dict.fromkeys(group for _, group in self.rules), OTHER_LABEL, BLANK)

    def of(self, label: str) -> str:
        """The group of a published label."""
        if not label:
            return BLANK
        return next((group for begins, group in self.rules if label.startswith(begins)), OTHER_LABEL)


# The five groups of the censuses, and who did not say. Chinese, a group of its own kind before April 2017, is Asian
# throughout, as it has been since.
ETHNIC_GROUPS = Grouping(
    (
        ("Asian", "Asian"),
        ("Chinese or other ethnic group - Chinese", "Asian"),
        ("Black", "Black"),
        ("Mixed", "Mixed"),
        ("White", "White"),
        ("Chinese or other ethnic group", "Other"),
        ("Other ethnic group - Not stated", "Not stated"),
        ("Not Stated", "Not stated"),
        ("Other ethnic group", "Other"),
    )
)

# What came of a stop, in the labels of before and after January 2018.
STOP_OUTCOMES = Grouping(
    (
        ("A no further action", "No further action"),
        ("Nothing found - no further action", "No further action"),
        ("Suspected psychoactive substances seized - No further action", "No further action"),
        ("Arrest", "Arrest"),
        ("Suspect arrested", "Arrest"),
        ("Community resolution", "Community resolution"),
        ("Local resolution", "Community resolution"),
        ("Khat or Cannabis warning", "Drugs warning"),
        ("Offender given drugs possession warning", "Drugs warning"),
        ("Penalty Notice", "Penalty notice"),
        ("Offender given penalty notice", "Penalty notice"),
        ("Summons", "Summons or charge"),
        ("Suspect summonsed", "Summons or charge"),
        ("Caution", "Caution"),
        ("Offender cautioned", "Caution"),
        ("Article found", "Article found, outcome not told"),
    )
)
