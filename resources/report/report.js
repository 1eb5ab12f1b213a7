// A click (or Return) opens a picture of maps large; the wheel changes its size, a click or Escape closes it.
const zoom = document.getElementById("zoom"), large = zoom.querySelector("img"), about = zoom.querySelector("p");
function open(picture) {
  large.src = picture.src;
  large.alt = about.textContent = picture.alt;
  large.style.width = Math.max(picture.clientWidth, window.innerWidth - 48) + "px";
  zoom.showModal();
}
for (const picture of document.querySelectorAll("img.maps")) {
  picture.addEventListener("click", () => open(picture));
  picture.addEventListener("keydown", event => { if (event.key === "Enter") open(picture); });
}
zoom.addEventListener("click", () => zoom.close());
zoom.addEventListener("wheel", event => {
  if (event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  large.style.width = Math.min(Math.max(large.clientWidth * (event.deltaY < 0 ? 1.25 : 0.8), 100), 30000) + "px";
}, { passive: false });
