"""Addresses of the outbox, issued documents and a batch's letters."""

from django.urls import path

from cases.views import batch_letters, post

urlpatterns = [
    path("post/", post.outbox, name="post"),
    path("post/handling/", post.act, name="post_act"),
    path("post/papir.zip", post.paper_zip, name="paper_zip"),
    path("post/<int:pk>/", post.document, name="document"),
    path("post/<int:pk>/brev.pdf", post.document_pdf, name="document_pdf"),
    path("post/<int:pk>/brev.txt", post.document_text, name="document_text"),
    path("udbetalinger/lister/<int:pk>/breve/", batch_letters.letters, name="batch_letters"),
    path("udbetalinger/lister/<int:pk>/breve/fremdrift/", batch_letters.letters_progress, name="letters_progress"),
    path("udbetalinger/lister/<int:pk>/breve/lav/", batch_letters.start, name="start_letters"),
    path("udbetalinger/lister/<int:pk>/breve.zip", batch_letters.letters_zip, name="letters_zip"),
]
