// Reads a QR code from the camera or a photo, and tells it as a "scanned" event. Nothing leaves the device here.
// Browsers that read QR codes do it themselves; for the others zxing is fetched, from this site, when first needed.
const LARGEST_PX = 1600;

function script(address) {
  return new Promise((done, failed) => {
    const element = document.createElement("script");
    Object.assign(element, { src: address, onload: done, onerror: failed });
    document.head.append(element);
  });
}

async function nativeReader() {
  if (!("BarcodeDetector" in window)) return null;
  const formats = await window.BarcodeDetector.getSupportedFormats();
  if (!formats.includes("qr_code")) return null;
  const detector = new window.BarcodeDetector({ formats: ["qr_code"] });
  return async (canvas) => (await detector.detect(canvas))[0]?.rawValue;
}

async function ownReader({ reader, wasm }) {
  if (!window.ZXingWASM) {
    await script(reader);
    window.ZXingWASM.prepareZXingModule({ overrides: { locateFile: () => wasm } });
  }
  return async (canvas) => {
    const pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
    const found = await window.ZXingWASM.readBarcodes(pixels, { formats: ["QRCode"], maxNumberOfSymbols: 1 });
    return found[0]?.text;
  };
}

function drawn(source, width, height) {
  const scale = Math.min(1, LARGEST_PX / Math.max(width, height));
  const canvas = Object.assign(document.createElement("canvas"), {
    width: Math.round(width * scale), height: Math.round(height * scale),
  });
  canvas.getContext("2d", { willReadFrequently: true }).drawImage(source, 0, 0, canvas.width, canvas.height);
  return canvas;
}

function scanner(element) {
  const words = element.dataset;
  const view = element.querySelector("[data-scan-view]");
  const video = element.querySelector("video");
  let stream = null;
  let read = null;

  const say = (text) => { element.querySelector("[data-scan-message]").textContent = text; };
  const ready = async () => { read ??= (await nativeReader()) ?? (await ownReader(words)); };
  const stop = () => {
    stream?.getTracks().forEach((track) => track.stop());
    stream = null;
    view.hidden = true;
    say("");
  };
  const tell = (text) => {
    stop();
    element.dispatchEvent(new CustomEvent("scanned", { bubbles: true, detail: text }));
  };
  const look = async () => {
    if (!stream) return;
    const text = video.videoWidth ? await read(drawn(video, video.videoWidth, video.videoHeight)) : "";
    if (!stream) return;
    if (text) tell(text); else setTimeout(look, 150);
  };

  element.querySelector("[data-scan]").addEventListener("click", async () => {
    if (stream) return;
    try {
      say(words.wait);
      stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: "environment" } });
      await ready();
      video.srcObject = stream;
      view.hidden = false;
      await video.play();
      look();
    } catch {
      stop();
      say(words.refused);
    }
  });
  element.querySelector("[data-scan-stop]").addEventListener("click", stop);
  element.querySelector("[data-photo]").addEventListener("change", async ({ target }) => {
    const [photo] = target.files;
    if (!photo) return;
    let text = "";
    try {
      await ready();
      const image = await createImageBitmap(photo);
      text = await read(drawn(image, image.width, image.height));
    } catch { /* not an image: nothing readable */ }
    target.value = "";
    if (text) tell(text); else say(words.nothing);
  });
  window.addEventListener("pagehide", stop);
}

document.querySelectorAll("[data-scanner]").forEach(scanner);
