from django.urls import path

from sekisho_web.grants.views.emergencies import board, closing, declaring, reading

urlpatterns = [
    path("", reading.emergencies, name="emergencies"),
    path("exceptions/", reading.exceptions, name="exceptions"),
    path("new/", declaring.prepare, name="declare"),
    path("<slug:code>/", reading.emergency, name="emergency"),
    path("<slug:code>/declare/", declaring.declare, name="declare_sign"),
    path("<slug:code>/terms/<int:no>/confirm/", declaring.confirm, name="confirm_term"),
    path("<slug:code>/extend/", declaring.extend, name="extend"),
    path("<slug:code>/lift/", declaring.lift, name="lift"),
    path("<slug:code>/board/", board.board, name="board"),
    path("<slug:code>/closing/begin/", closing.begin, name="closing_begin"),
    path("<slug:code>/closing/reconcile/", closing.reconcile, name="closing_reconcile"),
    path("<slug:code>/closing/<int:pk>/", closing.item, name="closing_item"),
    path("<slug:code>/close/", closing.close, name="close"),
    path("<slug:code>/seal/", closing.seal, name="seal"),
    path("<slug:code>/review/", closing.review, name="review"),
    path("<slug:code>/dossier/", closing.dossier, name="dossier"),
]
