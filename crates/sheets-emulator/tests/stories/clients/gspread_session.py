"""Compatibility test of gspread and gspread-dataframe against the emulator. Arguments: url spreadsheet-id key-file."""

import sys

import gspread
import pandas
from google.oauth2.service_account import Credentials
from gspread_dataframe import get_as_dataframe, set_with_dataframe

url, spreadsheet_id, key_file = sys.argv[1:]
# Each of these modules has constants with Google's address, which are replaced by the emulator's.
import gspread.client
import gspread.http_client
import gspread.spreadsheet
import gspread.urls

for module in (gspread.urls, gspread.http_client, gspread.client, gspread.spreadsheet):
    for name, value in list(vars(module).items()):
        if isinstance(value, str) and ".googleapis.com" in value:
            for service in ("https://sheets.googleapis.com", "https://www.googleapis.com"):
                value = value.replace(service, url)
            setattr(module, name, value)

credentials = Credentials.from_service_account_file(
    key_file,
    scopes=["https://www.googleapis.com/auth/spreadsheets", "https://www.googleapis.com/auth/drive"],
)
client = gspread.authorize(credentials)
book = client.open_by_key(spreadsheet_id)

sheet = book.add_worksheet("Été 1", rows=10, cols=5)
sheet.append_rows([["name", "points"], ["Zoé", 3], ["Ann", 10]], value_input_option="RAW")
sheet.append_row(["Bob", "=B2*2"], value_input_option="USER_ENTERED")
assert sheet.get_all_records() == [
    {"name": "Zoé", "points": 3},
    {"name": "Ann", "points": 10},
    {"name": "Bob", "points": 6},
], sheet.get_all_records()
sheet.update([["Anna"]], "A3")
sheet.update_cell(2, 2, 7)
assert sheet.acell("A3").value == "Anna"
assert sheet.find("Bob").row == 4
sheet.sort((2, "asc"), range="A2:B4")
assert sheet.col_values(1) == ["name", "Zoé", "Anna", "Bob"], sheet.col_values(1)
sheet.insert_row(["Cyd", 1], index=2)
sheet.delete_rows(3)
sheet.freeze(rows=1)
sheet.format("A1:B1", {"textFormat": {"bold": True}})
sheet.batch_update([{"range": "D1", "values": [["x"]]}, {"range": "E2", "values": [["y"]]}])
sheet.batch_clear(["D1:E2"])
sheet.add_cols(2)
sheet.hide_columns(5, 6)
sheet.merge_cells("D5:E6")
sheet.set_basic_filter("A1:B4")
sheet.update_title("Renamed")
copy = sheet.duplicate(new_sheet_name="Copy")
assert copy.row_values(2) == ["Cyd", "1"], copy.row_values(2)
assert [tab.title for tab in book.worksheets()][:1] == ["Copy"] or "Copy" in [tab.title for tab in book.worksheets()]
book.del_worksheet(copy)

frame = pandas.DataFrame({"city": ["Lyon", "Nice", None], "people": [522, 342, 7], "share": [0.25, 0.5, 0.125]})
table = book.add_worksheet("Frame", rows=2, cols=2)
set_with_dataframe(table, frame, resize=True)
back = get_as_dataframe(table)
assert list(back.columns) == ["city", "people", "share"], back
assert back["people"].tolist() == [522, 342, 7], back
assert back["share"].tolist() == [0.25, 0.5, 0.125], back
assert back["city"].isna().tolist() == [False, False, True], back

try:
    book.worksheet("Renamed").update([["x"]], "ZZ9999")
except gspread.exceptions.APIError as error:
    assert "exceeds grid limits" in str(error), error
else:
    raise SystemExit("a write outside of the grid was taken")

made = client.create("Made by gspread")
made.sheet1.update([["a", 1]], "A1")
assert client.open("Made by gspread").id == made.id
copied = client.copy(made.id, title="Copied", copy_permissions=True, copy_comments=False)
assert copied.sheet1.row_values(1) == ["a", "1"]
made.share("kate@example.org", perm_type="user", role="reader", notify=False)
assert [entry["role"] for entry in made.list_permissions()] == ["owner", "reader"]
assert {"Made by gspread", "Copied"} <= {entry["name"] for entry in client.list_spreadsheet_files()}
assert made.creationTime <= made.lastUpdateTime
client.del_spreadsheet(made.id)
try:
    client.open("Made by gspread")
    raise SystemExit("a deleted spreadsheet was opened")
except gspread.SpreadsheetNotFound:
    pass
print("gspread agrees")
