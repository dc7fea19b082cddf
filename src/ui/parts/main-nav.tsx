import { House, ScrollText, Settings, Users } from 'lucide-react';
import { hrefOf, type Route } from '../router.ts';

type Place = 'home' | 'approvers' | 'trail' | 'settings';
type Entry = readonly [Place, string, typeof House, Route];

/** The four places of a vault: below the thumb on phones, on top of wide screens. */
export function MainNav(props: { readonly vault: string | undefined; readonly here: Place }) {
  const { vault } = props;
  const ofVault: readonly Entry[] =
    vault === undefined
      ? []
      : [
          ['approvers', 'Approvers', Users, { screen: 'approvers', vault }],
          ['trail', 'Trail', ScrollText, { screen: 'trail', vault }],
        ];
  const places: readonly Entry[] = [
    ['home', 'Home', House, { screen: 'home', vault }],
    ...ofVault,
    ['settings', 'Settings', Settings, { screen: 'settings' }],
  ];
  return (
    <nav className="main-nav" aria-label="Main">
      <ul>
        {places.map(([place, label, Icon, route]) => (
          <li key={place}>
            <a href={hrefOf(route)} aria-current={place === props.here ? 'page' : undefined}>
              <Icon className="icon" aria-hidden />
              {label}
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}
