// A field that takes a label: from the camera of a phone, or from a hand scanner that types.
// The browser's own reader where there is one; elsewhere the vendored one, on a canvas.
"use strict";

const PAUSE = 150; // milliseconds between two looks of the camera
let running = null;

async function finder() {
  if ("BarcodeDetector" in window) {
    const formats = await BarcodeDetector.getSupportedFormats();
    if (formats.includes("qr_code")) {
      const detector = new BarcodeDetector({ formats: ["qr_code"] });
      return async (video) => (await detector.detect(video))[0]?.rawValue;
    }
  }
  const canvas = document.createElement("canvas");
  const drawing = canvas.getContext("2d", { willReadFrequently: true });
  return async (video) => {
    canvas.width = video.videoWidth;
    canvas.height = video.videoHeight;
    if (!canvas.width) return undefined;
    drawing.drawImage(video, 0, 0);
    const image = drawing.getImageData(0, 0, canvas.width, canvas.height);
    return jsQR(image.data, image.width, image.height)?.data;
  };
}

function stop() {
  if (!running) return;
  clearInterval(running.timer);
  for (const track of running.stream.getTracks()) track.stop();
  running.video.remove();
  running = null;
}

async function start(field, said) {
  stop();
  said.textContent = "カメラを使えるようにしています。";
  try {
    const find = await finder();
    const stream = await navigator.mediaDevices.getUserMedia({
      video: { facingMode: "environment" },
    });
    const video = document.createElement("video");
    video.playsInline = video.muted = true;
    video.className = "camera";
    video.srcObject = stream;
    field.after(video);
    await video.play();
    said.textContent = "札をカメラに写してください。";
    let busy = false;
    const timer = setInterval(async () => {
      if (busy) return;
      busy = true;
      const text = await find(video).catch(() => undefined);
      busy = false;
      if (!text || !running) return;
      stop();
      field.value = text;
      said.textContent = "読みました。";
      if (field.form.elements.how) field.form.elements.how.value = "camera";
      if (field.form.hasAttribute("data-counts")) {
        field.form.requestSubmit();
      }
    }, PAUSE);
    running = { stream, video, timer };
  } catch {
    stop();
    said.textContent = "カメラを使えません。読取り機で読むか、番号を入れてください。";
  }
}

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-camera]");
  if (!button) return;
  const form = button.closest("form");
  const said = form.querySelector(".scan-said");
  if (running) {
    stop();
    said.textContent = "";
  } else start(form.querySelector("[data-scan]"), said);
});

document.addEventListener("htmx:afterSwap", () => {
  stop();
  document.querySelector("form[data-counts] [data-scan]")?.focus();
});
