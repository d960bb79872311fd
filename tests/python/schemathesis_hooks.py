"""What the OpenAPI document cannot say. The fuzzer loads it, see schemathesis.toml."""

import schemathesis

# The first of each pair may not be larger than the second.
RANGES = [("from", "to"), ("min_mrr", "max_mrr"), ("before", "after")]
FORM = "application/x-www-form-urlencoded"


def as_number(text):
    try:
        return float(text)
    except ValueError:
        return None


@schemathesis.hook
def before_call(context, case, kwargs):
    query = case.query or {}
    for low, high in RANGES:
        ends = [query.get(low), query.get(high)]
        if not all(isinstance(end, str) and end for end in ends):
            continue
        numbers = [as_number(end) for end in ends]
        if None not in numbers and numbers[0] > numbers[1] or None in numbers and ends[0] > ends[1]:
            query[low], query[high] = query[high], query[low]
    # A form has no null: a field is there or not.
    if case.media_type == FORM and isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if value is not None}
