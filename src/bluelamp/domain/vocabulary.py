"""The known values of the published columns of words. The columns themselves are declared in `domain.dataset`.

They are those of the publisher's documentation and of real files from 2011 to 2026. A value outside them is loaded as
published and counted in the quality report; it is never rejected.
"""

from __future__ import annotations

CRIME_TYPES = frozenset(
    {
        "Anti-social behaviour",
        "Bicycle theft",
        "Burglary",
        "Criminal damage and arson",
        "Drugs",
        "Other crime",
        "Other theft",
        "Possession of weapons",
        "Public order",
        "Robbery",
        "Shoplifting",
        "Theft from the person",
        "Vehicle crime",
        "Violence and sexual offences",
        # Eras before May 2013 used wider types.
        "Violent crime",
        "Public disorder and weapons",
    }
)

# Anti-social behaviour has no crime ID and no outcome: it is not recorded crime.
ASB = "Anti-social behaviour"

_OUTCOMES = frozenset(
    {
        "Action to be taken by another organisation",
        "Awaiting court outcome",
        "Court case unable to proceed",
        "Court result unavailable",
        "Defendant found not guilty",
        "Defendant sent to Crown Court",
        "Formal action is not in the public interest",
        "Further action is not in the public interest",
        "Further investigation is not in the public interest",
        "Investigation complete; no suspect identified",
        "Local resolution",
        "Offender deprived of property",
        "Offender fined",
        "Offender given a caution",
        "Offender given a drugs possession warning",
        "Offender given absolute discharge",
        "Offender given community sentence",
        "Offender given conditional discharge",
        "Offender given penalty notice",
        "Offender given suspended prison sentence",
        "Offender ordered to pay compensation",
        "Offender otherwise dealt with",
        "Offender sent to prison",
        "Suspect charged as part of another case",
        "Unable to prosecute suspect",
    }
)
LAST_OUTCOME_CATEGORIES = _OUTCOMES | {"Status update unavailable", "Under investigation", "Suspect charged"}
OUTCOME_TYPES = _OUTCOMES | {"Suspect charged"}

# What the columns of stops say that are flags: the object itself tells such a column from others.
BOOLEAN = frozenset({"True", "False"})
ETHNICITIES = frozenset(
    {
        "Asian/Asian British - Any other Asian background",
        "Asian/Asian British - Bangladeshi",
        "Asian/Asian British - Chinese",
        "Asian/Asian British - Indian",
        "Asian/Asian British - Pakistani",
        "Black/African/Caribbean/Black British - African",
        "Black/African/Caribbean/Black British - Any other Black/African/Caribbean background",
        "Black/African/Caribbean/Black British - Caribbean",
        "Mixed/Multiple ethnic groups - Any other Mixed/Multiple ethnic background",
        "Mixed/Multiple ethnic groups - White and Asian",
        "Mixed/Multiple ethnic groups - White and Black African",
        "Mixed/Multiple ethnic groups - White and Black Caribbean",
        "Other ethnic group - Any other ethnic group",
        "Other ethnic group - Arab",
        "Other ethnic group - Not stated",
        "White - Any other White background",
        "White - English/Welsh/Scottish/Northern Irish/British",
        "White - Gypsy or Irish Traveller",
        "White - Irish",
        # Labels used before April 2017.
        "Asian or Asian British - Any other Asian ethnic background",
        "Asian or Asian British - Any other Asian ethnic background (A9)",
        "Asian or Asian British - Bangladeshi (A3)",
        "Asian or Asian British - Indian (A1)",
        "Asian or Asian British - Pakistani (A2)",
        "Asian or Asian British - Any other Asian background (A9)",
        "Black or Black British - African (B2)",
        "Black or Black British - Any other Black background (B9)",
        "Black or Black British - Any other Black ethnic background",
        "Black or Black British - Any other Black ethnic background (B9)",
        "Black or Black British - Caribbean (B1)",
        "Chinese or other ethnic group - Any other ethnic group (O9)",
        "Chinese or other ethnic group - Chinese (O1)",
        "Mixed - Any other Mixed background (M9)",
        "Mixed - Any other Mixed ethnic background",
        "Mixed - Any other Mixed ethnic background (M9)",
        "Mixed - White and Asian (M3)",
        "Mixed - White and Black African (M2)",
        "Mixed - White and Black Caribbean (M1)",
        "Not Stated (NS)",
        "White - Any other White background (W9)",
        "White - Any other White ethnic background",
        "White - Any other White ethnic background (W9)",
        "White - British (W1)",
        "White - Irish (W2)",
        "White - White British (W1)",
        "White - White Irish (W2)",
    }
)
STOP_OUTCOMES = frozenset(
    {
        "A no further action disposal",
        "Arrest",
        "Caution (simple or conditional)",
        "Community resolution",
        "Khat or Cannabis warning",
        "Penalty Notice for Disorder",
        "Summons / charged by post",
        # Labels used before January 2018.
        "Article found - Detailed outcome unavailable",
        "Local resolution",
        "Nothing found - no further action",
        "Offender cautioned",
        "Offender given drugs possession warning",
        "Offender given penalty notice",
        "Suspect arrested",
        "Suspect summonsed to court",
        "Suspected psychoactive substances seized - No further action",
    }
)
LEGISLATION = frozenset(
    {
        "Aviation Security Act 1982 (section 24B)",
        "Aviation Security Act 1982 (section 27(1))",
        "Conservation of Seals Act 1970 (section 4)",
        "Criminal Justice Act 1988 (section 139B)",
        "Criminal Justice and Public Order Act 1994 (section 60)",
        "Crossbows Act 1987 (section 4)",
        "Customs and Excise Management Act 1979 (section 163)",
        "Deer Act 1991 (section 12)",
        "Environmental Protection Act 1990 (section 34B )",
        "Firearms Act 1968 (section 47)",
        "Hunting Act 2004 (section 8)",
        "Misuse of Drugs Act 1971 (section 23)",
        "Poaching Prevention Act 1862 (section 2)",
        "Police and Criminal Evidence Act 1984 (section 1)",
        "Police and Criminal Evidence Act 1984 (section 6)",
        "Police, Crime, Sentencing and Courts Act 2022 (Section 11)",
        "Protection of Badgers Act 1992 (section 11)",
        "Psychoactive Substances Act 2016 (s36(2))",
        "Psychoactive Substances Act 2016 (s37(2))",
        "Public Stores Act 1875 (section 6)",
        "Sporting Events (Control of Alcohol etc.) Act 1985 (section 7)",
        "Sporting Events Act 1985 (section 7)",
        "Wildlife and Countryside Act 1981 (section 19)",
    }
)
OBJECTS_OF_SEARCH = frozenset(
    {
        "Anything to threaten or harm anyone",
        "Article for use in theft",
        "Articles for use in criminal damage",
        "Controlled drugs",
        "Crossbows",
        "Detailed object of search unavailable",
        "Evidence of hunting any wild animal",
        "Evidence of hunting any wild mammal with a dog",
        "Evidence of offences under the Act",
        "Evidence of wildlife offences",
        "Firearms",
        "Fireworks",
        "Game or poaching equipment",
        "Goods on which duty has not been paid etc.",
        "Items to have in possession",
        "Offensive weapons",
        "Psychoactive substances",
        "Seals or hunting equipment",
        "Stolen goods",
    }
)
STOP_TYPES = frozenset({"Person search", "Vehicle search", "Person and Vehicle search"})
GENDERS = frozenset({"Male", "Female", "Other"})
AGE_RANGES = frozenset({"under 10", "10-17", "18-24", "25-34", "over 34"})
OFFICER_ETHNICITIES = frozenset({"Asian", "Black", "Mixed", "Other", "White"})
