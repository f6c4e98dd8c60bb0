# One image for web, worker and beat; compose.yaml says which command runs.
FROM python:3.11-slim-bookworm AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /build
COPY requirements.txt requirements-dev.txt ./
RUN python -m venv /opt/venv \
    && pip install --no-cache-dir "$(grep '^uv==' requirements-dev.txt)" \
    && uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python -r requirements.txt

FROM python:3.11-slim-bookworm
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    ADVISOR_MODE=production \
    ADVISOR_HOME=/srv/quartermaster/var \
    STATIC_ROOT=/srv/quartermaster/static
RUN useradd --system --uid 10001 --home-dir /srv/quartermaster --shell /usr/sbin/nologin quartermaster
WORKDIR /srv/quartermaster
COPY --from=build /opt/venv /opt/venv
COPY manage.py ./
COPY advisor advisor
COPY providers providers
COPY optimizer optimizer
COPY examples examples
# The key only lets collectstatic start; it is not kept.
RUN SECRET_KEY=build-only python manage.py collectstatic --noinput -v0 \
    && python -m compileall -q advisor providers optimizer \
    && install -d -o quartermaster var
USER quartermaster
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-m", "advisor.web.healthcheck"]
CMD ["gunicorn", "advisor.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "8", "--no-control-socket", "--access-logfile", "-"]
