"""Single sign-on for departments' apps: OpenID Connect provider on django-allauth's tables and oauthlib's grants."""
