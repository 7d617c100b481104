# One image for every role: serve, migrate, demo. Torch's CPU build keeps it small.
FROM python:3.11-slim
ARG TORCH_INDEX=https://download.pytorch.org/whl/cpu
WORKDIR /app
COPY requirements.lock pyproject.toml README.md LICENSE ./
RUN pip install --no-cache-dir --index-url "$TORCH_INDEX" "torch==2.13.0" \
 && pip install --no-cache-dir --require-hashes --no-deps -r requirements.lock
COPY copilot copilot
COPY prompts prompts
COPY knowledge knowledge
RUN pip install --no-cache-dir --no-deps --no-build-isolation . && useradd --create-home rapport && mkdir /data && chown rapport /data
USER rapport
ENV COPILOT_DATA_DIR=/data COPILOT_HOST=0.0.0.0
VOLUME /data
EXPOSE 8321
HEALTHCHECK --interval=10s --timeout=5s --start-period=60s \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8321/ready', timeout=4)"]
ENTRYPOINT ["copilot"]
CMD ["serve"]
