// Without this script the browser's own controls remain.
let playing = null;
for (const player of document.querySelectorAll('.player')) {
  const audio = player.querySelector('audio');
  const button = player.querySelector('button');
  const head = player.querySelector('.head');
  audio.removeAttribute('controls');
  button.hidden = false;
  const follow = () => {
    if (audio.paused) return;
    head.style.left = 100 * audio.currentTime / (audio.duration || 1) + '%';
    requestAnimationFrame(follow);
  };
  button.addEventListener('click', () => {
    if (!audio.paused) { audio.pause(); return; }
    if (playing) playing.pause();
    playing = audio;
    audio.currentTime = 0;
    audio.play();
  });
  audio.addEventListener('play', () => { player.classList.add('playing'); follow(); });
  for (const end of ['pause', 'ended']) {
    audio.addEventListener(end, () => player.classList.remove('playing'));
  }
}
