const text = document.documentElement.lang.startsWith("zh")
  ? { play: "播放动画", pause: "暂停动画", below: (name) => `${name}：下级页面` }
  : {
      play: "Play the animation",
      pause: "Pause the animation",
      below: (name) => `Pages below ${name}`,
    };

// The theme's toggles in the side bar have an icon and no name.
for (const toggle of document.querySelectorAll("summary:has(> .toctree-toggle)")) {
  const link = toggle.closest("li")?.querySelector("a");
  toggle.setAttribute("aria-label", text.below(link?.textContent.trim() ?? ""));
}

// Give every animation a button that stops it, and let none move where readers ask for stillness.
function prepare(film) {
  const still = document.createElement("canvas");
  still.className = film.className;
  still.setAttribute("role", "img");
  still.setAttribute("aria-label", film.alt);
  const button = document.createElement("button");
  button.type = "button";
  button.className = "film-button btn btn-sm";
  const show = (moving) => {
    if (!moving) {
      still.width = film.naturalWidth;
      still.height = film.naturalHeight;
      still.getContext("2d").drawImage(film, 0, 0);
    }
    film.hidden = !moving;
    still.hidden = moving;
    button.textContent = moving ? text.pause : text.play;
  };
  button.addEventListener("click", () => show(film.hidden));
  film.after(still, button);
  show(!matchMedia("(prefers-reduced-motion: reduce)").matches);
}

for (const film of document.querySelectorAll("img.film")) {
  if (film.complete) prepare(film);
  else film.addEventListener("load", () => prepare(film), { once: true });
}
