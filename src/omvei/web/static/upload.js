// Sending a file with progress, and watching an import.
const form = document.querySelector('form.upload');
const running = document.getElementById('running');

if (form) {
  const drop = form.querySelector('.drop');
  const file = form.querySelector('input[type=file]');
  const sent = document.getElementById('sent');

  for (const name of ['dragover', 'dragleave', 'drop']) {
    drop.addEventListener(name, (event) => {
      event.preventDefault();
      drop.classList.toggle('over', name === 'dragover');
      if (name === 'drop' && event.dataTransfer.files.length) file.files = event.dataTransfer.files;
    });
  }

  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const request = new XMLHttpRequest();
    sent.hidden = false;
    request.upload.addEventListener('progress', (step) => { sent.value = step.loaded / step.total; });
    request.addEventListener('load', () => {
      if (request.status < 400 || request.status === 422) location.assign(request.responseURL);
      else show(request.responseText);
    });
    // The plain form tells what is wrong in the browser's own words.
    request.addEventListener('error', () => form.submit());
    request.open('POST', form.action);
    request.send(new FormData(form));
  });
}

function show(text) {
  const page = new DOMParser().parseFromString(text, 'text/html');
  document.querySelector('main').replaceWith(page.querySelector('main'));
  document.title = page.title;
}

async function watch() {
  const answer = await fetch(running.dataset.poll);
  const job = await answer.json();
  if (job.state === 'done' || job.state === 'failed') return location.reload();
  document.getElementById('phase').textContent = job.said;
  document.getElementById('pace').textContent = job.pace;
  if (job.total) { running.max = job.total; running.value = job.done; } else running.removeAttribute('value');
  return setTimeout(watch, 700);
}

if (running) setTimeout(watch, 500);
