/** What Chromium's fake camera sees: a film of QR codes. */
import { writeFileSync } from 'node:fs';
import { chromium, type Browser } from '@playwright/test';
import encodeQR from 'qr';
import { chromiumArguments, findBrowser } from '../scripts/browser.mjs';

const WIDTH = 640;
const HEIGHT = 480;
/** Modules of a quiet margin, as the standard asks for. */
const BORDER = 4;
const BLACK = 16;
const WHITE = 235;
const GREY = 128;
/** Pictures. */
const HALF_A_SECOND = 15;

/** A browser whose camera sees codes, each for half a second, again and again. @param film where it is written */
export async function openBeforeCodes(film: string, ...texts: readonly string[]): Promise<Browser> {
  writeQrVideo(film, ...texts);
  const executablePath = findBrowser();
  return chromium.launch({
    args: [
      ...chromiumArguments,
      '--use-fake-device-for-media-stream',
      `--use-file-for-fake-video-capture=${film}`,
    ],
    ...(executablePath === undefined ? {} : { executablePath }),
  });
}

/** Writes a film in the format YUV4MPEG2 (4:2:0): each code for half a second, again and again. */
function writeQrVideo(path: string, ...texts: readonly string[]): void {
  const pictures = texts.flatMap((text) => Array<Buffer>(HALF_A_SECOND).fill(pictureOf(text)));
  const size = `W${String(WIDTH)} H${String(HEIGHT)}`;
  const header = Buffer.from(`YUV4MPEG2 ${size} F30:1 Ip A1:1 C420jpeg\n`);
  writeFileSync(path, Buffer.concat([header, ...pictures]));
}

function pictureOf(text: string): Buffer {
  const modules = encodeQR(text, 'raw', { border: BORDER });
  const scale = Math.floor(HEIGHT / modules.length);
  const left = Math.floor((WIDTH - modules.length * scale) / 2);
  const top = Math.floor((HEIGHT - modules.length * scale) / 2);
  const light = Buffer.alloc(WIDTH * HEIGHT, WHITE);
  for (let y = 0; y < modules.length * scale; y++) {
    const row = modules[Math.floor(y / scale)] ?? [];
    for (let x = 0; x < modules.length * scale; x++) {
      if (row[Math.floor(x / scale)] === true) light[(top + y) * WIDTH + left + x] = BLACK;
    }
  }
  const colour = Buffer.alloc((WIDTH * HEIGHT) / 2, GREY);
  return Buffer.concat([Buffer.from('FRAME\n'), light, colour]);
}
