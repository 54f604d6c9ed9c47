from django.urls import path

from sekisho_web.policy.views import changes, editor, exchange, reading, signing, speaking

app_name = "policy"
EDIT = "changes/<slug:number>/edit/"  # the editor of a draft, sheet by sheet

urlpatterns = [
    path(EDIT, editor.index, name="edit"),
    path(f"{EDIT}<slug:sheet>/", editor.sheet, name="edit_sheet"),
    path(f"{EDIT}<slug:sheet>/judged/", editor.judged, name="edit_judged"),
    path(f"{EDIT}<slug:sheet>/row/", editor.row, name="edit_row"),
    path(f"{EDIT}<slug:sheet>/cell/", editor.cell, name="edit_cell"),
    path(f"{EDIT}<slug:sheet>/rows/", editor.rows, name="edit_rows"),
    path(f"{EDIT}<slug:sheet>/paste/", editor.paste, name="edit_paste"),
    path(f"{EDIT}<slug:sheet>/undo/", editor.undo, name="edit_undo"),
    path(f"{EDIT}<slug:sheet>/speaks/", speaking.speaks, name="edit_speaks"),
    path("changes/", changes.changes, name="changes"),
    path("changes/new/", changes.new, name="new"),
    path("changes/<slug:number>/", changes.change, name="change"),
    path("changes/<slug:number>/progress/", changes.progress, name="progress"),
    path("changes/<slug:number>/import/", exchange.bring_in, name="import"),
    path("changes/<slug:number>/undo/", changes.undo, name="undo"),
    path("changes/<slug:number>/check/", changes.check, name="check"),
    path("changes/<slug:number>/follow/", changes.follow, name="follow"),
    path("changes/<slug:number>/hand-in/", signing.hand_in, name="hand_in"),
    path("changes/<slug:number>/approve/", signing.approve, name="approve"),
    path("changes/<slug:number>/publish/", changes.publish, name="publish"),
    path("changes/<slug:number>/withdraw/", changes.withdraw, name="withdraw"),
    path("versions/", exchange.published, name="published"),
    path("versions/<slug:version>/tables.xlsx", exchange.workbook, name="workbook"),
    path("versions/<slug:version>/tables.zip", exchange.archive, name="archive"),
    path("compare/<slug:old>/<slug:new>/", exchange.compare, name="compare"),
    path("", reading.tables, name="tables"),
    path("<slug:key>/", reading.grid, name="grid"),
    path("<slug:key>/visible/", reading.visible, name="visible"),
    path("<slug:key>/rules/", reading.rules, name="rules"),
    path("<slug:key>/screens/", reading.screens, name="screens"),
    path("<slug:key>/explain/", reading.explain, name="explain"),
    path("<slug:key>/cell/<slug:field>/<slug:column>/", reading.cell, name="cell"),
]
