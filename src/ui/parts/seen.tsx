/** Approving opens when every one of these was on the screen. */
export function Seen() {
  return <span className="must-see" data-must-see="" aria-hidden />;
}
