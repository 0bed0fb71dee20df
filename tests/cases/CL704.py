# --- templates are tested in test_templates.py: code alone says nothing
def f(request):
    return request.user
