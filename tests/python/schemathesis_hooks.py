"""What the OpenAPI document cannot say. The fuzzer loads it, see schemathesis.toml."""

import schemathesis

# The first of each pair may not be larger than the second.
RANGES = [("from", "to"), ("min_mrr", "max_mrr"), ("before", "after")]


@schemathesis.hook
def map_query(context, query):
    for low, high in RANGES:
        ends = [query.get(low), query.get(high)] if query else []
        if len(ends) == 2 and all(ends) and type(ends[0]) is type(ends[1]) and ends[0] > ends[1]:
            query[low], query[high] = query[high], query[low]
    return query


@schemathesis.hook
def map_case(context, case):
    # A form has no null: a field is there or not.
    if case.media_type == "application/x-www-form-urlencoded" and isinstance(case.body, dict):
        case.body = {name: value for name, value in case.body.items() if value is not None}
    return case
