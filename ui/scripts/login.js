// Opening the link is enough: the form sends itself. Link previewers run no scripts, so they do not use the link up.
document.querySelector('form')?.requestSubmit();
