import { Collapsible } from '@base-ui/react/collapsible';
import { ChevronRight } from 'lucide-react';
import type { ReactNode } from 'react';

/** A card that is closed until somebody wants to know more. */
export function Drawer(props: {
  readonly title: ReactNode;
  readonly open?: boolean;
  readonly onOpenChange?: (open: boolean) => void;
  readonly children: ReactNode;
}) {
  const controlled =
    props.open === undefined ? {} : { open: props.open, onOpenChange: props.onOpenChange };
  return (
    <Collapsible.Root className="card drawer" {...controlled}>
      <Collapsible.Trigger className="drawer-trigger">
        <span>{props.title}</span>
        <ChevronRight className="icon" aria-hidden />
      </Collapsible.Trigger>
      <Collapsible.Panel className="drawer-panel">{props.children}</Collapsible.Panel>
    </Collapsible.Root>
  );
}
