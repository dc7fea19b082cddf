import { CircleCheck, Info, OctagonAlert, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import type { Problem } from '../../wallet/index.ts';

export type Tone = 'info' | 'look' | 'loss' | 'go';

const icons = { info: Info, look: TriangleAlert, loss: OctagonAlert, go: CircleCheck };
const spoken = { info: 'Note: ', look: 'Look here: ', loss: 'Danger: ', go: '' };

/** Something to know before going on: never colour alone, always an icon and a sentence. */
export function Notice(props: {
  readonly tone: Tone;
  readonly title: string;
  readonly children?: ReactNode;
  /** `alert` where it appears because of something that just happened. */
  readonly role?: 'alert' | 'status' | undefined;
}) {
  const Icon = icons[props.tone];
  return (
    <div className={`notice notice-${props.tone}`} role={props.role}>
      <Icon className="icon" aria-hidden />
      <div className="notice-body">
        <p className="notice-title">
          <span className="hidden-visually">{spoken[props.tone]}</span>
          {props.title}
        </p>
        {props.children}
      </div>
    </div>
  );
}

/** A problem: what happened, what it means for the money, what to do next. */
export function ProblemNotice(props: {
  readonly problem: Problem;
  readonly tone?: Tone;
  readonly children?: ReactNode;
}) {
  return (
    <Notice tone={props.tone ?? 'loss'} title={props.problem.title} role="alert">
      <p>{props.problem.meaning}</p>
      <p className="strong">{props.problem.next}</p>
      {props.children}
    </Notice>
  );
}

/** The error of an action, where the action stands. */
export function ActionError(props: { readonly error: string | undefined }) {
  return props.error === undefined ? null : <Notice tone="loss" title={props.error} role="alert" />;
}
