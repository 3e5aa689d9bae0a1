// The pages work without this; it keeps the board and the countdown fresh.
"use strict";

const live = document.getElementById("live");
let ahead = 0; // how far the server's clock is ahead of this one, milliseconds

async function askTheTime() {
  const before = performance.now();
  const answer = await fetch("/api/v1/clock", { cache: "no-store" });
  const clock = await answer.json();
  ahead = clock.epoch_ms + (performance.now() - before) / 2 - Date.now();
  count();
}

function count() {
  for (const place of document.querySelectorAll("[data-closes]")) {
    const left = Math.ceil((Date.parse(place.dataset.closes) - Date.now() - ahead) / 1000);
    const two = (number) => String(number).padStart(2, "0");
    const hours = Math.floor(left / 3600);
    const text = left > 0 ? `${hours}:${two(Math.floor(left / 60) % 60)}:${two(left % 60)}` : "closed";
    if (place.textContent !== text) place.textContent = text;
    place.classList.toggle("soon", left > 0 && left <= 300);
  }
}

function rowsByTeam() {
  const rows = new Map();
  for (const row of live.querySelectorAll("tr[data-team]")) rows.set(row.dataset.team, row.textContent);
  return rows;
}

let asking = false;
let askAgain = false;

async function refresh() {
  if (asking) {
    askAgain = true;
    return;
  }
  asking = true;
  try {
    const answer = await fetch(live.dataset.part, { cache: "no-cache" });
    if (answer.ok) show(await answer.text());
  } catch {
    // the server is away for a moment; the next event or the next minute asks again
  } finally {
    asking = false;
    if (askAgain) {
      askAgain = false;
      refresh();
    }
  }
}

function show(text) {
  const part = new DOMParser().parseFromString(text, "text/html").body;
  const before = rowsByTeam();
  const scrolled = live.querySelector(".scroll")?.scrollLeft ?? 0;
  live.replaceChildren(...part.childNodes);
  const scroll = live.querySelector(".scroll");
  if (scroll) scroll.scrollLeft = scrolled;
  count();
  const changed = [];
  for (const row of live.querySelectorAll("tr[data-team]")) {
    const known = before.get(row.dataset.team);
    if (known === row.textContent) continue;
    row.classList.add("changed");
    changed.push(row.dataset.team);
  }
  const news = document.getElementById("news");
  if (news && changed.length) news.textContent = `Updated: ${changed.join(", ")}`;
}

setInterval(count, 250);
if (document.querySelector("[data-closes]") || live) {
  askTheTime().catch(() => {});
  setInterval(() => askTheTime().catch(() => {}), 60000);
}
if (live) {
  const source = new EventSource("/events");
  source.addEventListener("board", refresh);
  setInterval(refresh, 60000);
}
