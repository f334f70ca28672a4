// While a model is written: what its rules catch, and what is wrong, half a second after the last key.
const form = document.getElementById('model-text');
const shown = document.getElementById('catches');
let waiting, latest = 0;

// The button is for who has no script.
form.querySelector('[data-plain]').remove();

form.elements.text.addEventListener('input', () => {
  clearTimeout(waiting);
  waiting = setTimeout(async () => {
    const turn = ++latest;
    const told = await fetch(form.dataset.try, { method: 'POST', body: new URLSearchParams(new FormData(form)) });
    if (told.ok && turn === latest) shown.innerHTML = await told.text();
  }, 500);
});
