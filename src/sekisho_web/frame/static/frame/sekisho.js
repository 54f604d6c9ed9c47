// What every page needs, and no more: the token for htmx, the first error, a few keys, passkeys.
"use strict";

// --- htmx sends the token that a form would send -------------------------------------------
document.addEventListener("htmx:configRequest", (event) => {
  const token = document.querySelector("meta[name=csrf-token]");
  if (token) event.detail.headers["X-CSRFToken"] = token.content;
});

// --- errors take the focus, also when a fragment brings them --------------------------------
function toErrors(root) {
  const box = root.querySelector("[role=alert][tabindex]");
  if (box) box.focus();
}
document.addEventListener("DOMContentLoaded", () => toErrors(document));
document.addEventListener("htmx:afterSwap", (event) => toErrors(event.detail.target));

// --- the menu of a small screen closes with Escape ------------------------------------------
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const open = document.querySelector("details.menu[open]");
  if (open) {
    open.removeAttribute("open");
    open.querySelector("summary").focus();
  }
});

// --- a grid is walked with the arrow keys ---------------------------------------------------
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
document.addEventListener("keydown", (event) => {
  const step = STEPS[event.key];
  const cell = step && event.target.closest(".grid td, .grid th");
  if (!cell) return;
  const row = cell.parentElement;
  const rows = [...row.closest("table").rows];
  const next = rows[rows.indexOf(row) + step[0]]?.cells[cell.cellIndex + step[1]];
  const target = next && (next.querySelector("a, button") || (next.tabIndex >= 0 ? next : null));
  if (target) {
    event.preventDefault();
    target.focus();
  }
});

// --- what takes some seconds says so, and is not sent twice ----------------------------------
document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-waiting]");
  if (!form) return;
  for (const note of form.querySelectorAll(".waiting")) note.hidden = false;
  for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
});

// --- the time that is left of a use counts down; when it is over, the page says so anew -------
const MINUTE = 60;
function left(seconds) {
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / MINUTE)];
  if (hours) return `${hours}時間${minutes}分`;
  return minutes ? `${minutes}分${seconds % MINUTE}秒` : `${seconds}秒`;
}
function countDown() {
  for (const place of document.querySelectorAll("[data-until]")) {
    const seconds = Math.ceil((Date.parse(place.dataset.until) - Date.now()) / 1000);
    if (seconds <= 0) {
      place.removeAttribute("data-until");
      place.textContent = "終わりました";
      if (place.dataset.then === "reload") window.location.reload();
      continue;
    }
    place.textContent = left(seconds);
    place.closest(".running")?.classList.toggle("is-ending", seconds <= 2 * MINUTE);
  }
}
document.addEventListener("DOMContentLoaded", () => {
  if (!document.querySelector("[data-until]")) return;
  countDown();
  setInterval(countDown, 1000);
});

// --- copy the number of a record ------------------------------------------------------------
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = "写しました";
});

// --- passkeys: the options stand in the page, the answer goes back in the form ---------------
const bytes = (text) => {
  const plain = text.replaceAll("-", "+").replaceAll("_", "/");
  return Uint8Array.from(atob(plain.padEnd(Math.ceil(plain.length / 4) * 4, "=")), (c) =>
    c.charCodeAt(0),
  );
};
const text = (buffer) =>
  btoa(String.fromCharCode(...new Uint8Array(buffer)))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .replaceAll("=", "");

function options(given) {
  const read = structuredClone(given.publicKey ?? given);
  read.challenge = bytes(read.challenge);
  if (read.user) read.user.id = bytes(read.user.id);
  for (const list of [read.allowCredentials, read.excludeCredentials]) {
    for (const credential of list ?? []) credential.id = bytes(credential.id);
  }
  return { publicKey: read };
}

function answer(credential) {
  const response = {};
  for (const part of [
    "clientDataJSON",
    "attestationObject",
    "authenticatorData",
    "signature",
    "userHandle",
  ]) {
    if (credential.response[part]) response[part] = text(credential.response[part]);
  }
  return {
    id: credential.id,
    rawId: text(credential.rawId),
    type: credential.type,
    response,
    clientExtensionResults: credential.getClientExtensionResults(),
  };
}

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-passkey]");
  if (!button) return;
  event.preventDefault();
  const form = button.form;
  const said = form.querySelector(".passkey-said");
  const data = JSON.parse(document.getElementById("passkey-options").textContent);
  button.disabled = true;
  if (said) said.textContent = "認証器に触れて、本人であることを確かめてください。";
  try {
    const ask = button.dataset.passkey === "create" ? "create" : "get";
    const credential = await navigator.credentials[ask](
      options(data.creation_options ?? data.request_options),
    );
    form.elements.credential.value = JSON.stringify(answer(credential));
    form.requestSubmit();
  } catch {
    button.disabled = false;
    if (said) said.textContent = "確かめられませんでした。認証器をつなぎ直して、もう一度押してください。";
  }
});
