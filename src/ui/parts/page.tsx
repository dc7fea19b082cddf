import { ChevronLeft } from 'lucide-react';
import { useEffect, useRef, type ReactNode } from 'react';

/**
 * One screen: a bar, one heading that gets the focus when the screen opens, and the content. The title of
 * the document follows the heading.
 */
export function Page(props: {
  readonly title: string;
  /** What the tab says, where the heading is longer or personal. */
  readonly documentTitle?: string;
  readonly lead?: ReactNode;
  readonly back?: { readonly href: string; readonly label: string } | undefined;
  readonly start?: ReactNode;
  readonly end?: ReactNode;
  readonly nav?: ReactNode;
  readonly narrow?: boolean;
  readonly hideHeading?: boolean;
  readonly children: ReactNode;
}) {
  const heading = useRef<HTMLHeadingElement>(null);
  const name = props.documentTitle ?? props.title;
  useEffect(() => {
    document.title = `${name} · Countersign`;
  }, [name]);
  useEffect(() => {
    // A field that asked for the focus itself keeps it.
    if (document.activeElement === null || document.activeElement === document.body) {
      heading.current?.focus({ preventScroll: true });
    }
    window.scrollTo(0, 0);
  }, []);
  const kind = [
    'page',
    props.narrow === true ? 'centred' : '',
    props.nav === undefined ? '' : 'with-nav',
  ];
  return (
    <div className={kind.join(' ').trim()}>
      {props.nav}
      <header className="page-bar">
        {props.back === undefined ? (
          (props.start ?? <span />)
        ) : (
          <a className="back" href={props.back.href}>
            <ChevronLeft className="icon" aria-hidden />
            {props.back.label}
          </a>
        )}
        {props.end === undefined ? null : <div className="page-bar-end">{props.end}</div>}
      </header>
      <main>
        <div className={props.hideHeading === true ? 'hidden-visually' : 'page-head'}>
          <h1 tabIndex={-1} ref={heading}>
            {props.title}
          </h1>
          {props.lead === undefined ? null : <p className="lead">{props.lead}</p>}
        </div>
        {props.children}
      </main>
    </div>
  );
}

export function Section(props: {
  readonly title: string;
  readonly action?: ReactNode;
  readonly children: ReactNode;
}) {
  return (
    <section className="section">
      <div className="section-head">
        <h2>{props.title}</h2>
        {props.action}
      </div>
      {props.children}
    </section>
  );
}
