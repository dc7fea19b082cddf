/**
 * Signatures that are widely used. A selector says which function a contract looks for, not what it does:
 * what is read by this list is `decoded`, never `clear`.
 */
import { bySelector } from './functions.ts';

const KNOWN = bySelector<undefined>(
  [
    // Control over a contract
    'transferOwnership(address newOwner)',
    'acceptOwnership()',
    'renounceOwnership()',
    'upgradeTo(address newImplementation)',
    'upgradeToAndCall(address newImplementation, bytes data)',
    'changeAdmin(address newAdmin)',
    'grantRole(bytes32 role, address account)',
    'revokeRole(bytes32 role, address account)',
    'renounceRole(bytes32 role, address account)',
    'pause()',
    'unpause()',
    'initialize(address account)',
    // Coins and tokens
    'deposit()',
    'deposit(uint256 amount)',
    'withdraw()',
    'withdraw(uint256 amount)',
    'withdrawAll()',
    'mint(uint256 amount)',
    'mint(address to, uint256 amount)',
    'burn(uint256 amount)',
    'burnFrom(address account, uint256 amount)',
    'claim()',
    'claim(address account)',
    'claimRewards()',
    'getReward()',
    'exit()',
    'stake(uint256 amount)',
    'unstake(uint256 amount)',
    'submit(address referral)',
    'delegate(address delegatee)',
    'wrap(uint256 amount)',
    'unwrap(uint256 amount)',
    // Exchanges
    'swapExactTokensForTokens(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline)',
    'swapTokensForExactTokens(uint256 amountOut, uint256 amountInMax, address[] path, address to, uint256 deadline)',
    'swapExactETHForTokens(uint256 amountOutMin, address[] path, address to, uint256 deadline)',
    'swapETHForExactTokens(uint256 amountOut, address[] path, address to, uint256 deadline)',
    'swapExactTokensForETH(uint256 amountIn, uint256 amountOutMin, address[] path, address to, uint256 deadline)',
    'swapTokensForExactETH(uint256 amountOut, uint256 amountInMax, address[] path, address to, uint256 deadline)',
    'exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params)',
    'exactInputSingle((address tokenIn, address tokenOut, uint24 fee, address recipient, uint256 amountIn, uint256 amountOutMinimum, uint160 sqrtPriceLimitX96) params)',
    'exactInput((bytes path, address recipient, uint256 deadline, uint256 amountIn, uint256 amountOutMinimum) params)',
    'exactInput((bytes path, address recipient, uint256 amountIn, uint256 amountOutMinimum) params)',
    'addLiquidity(address tokenA, address tokenB, uint256 amountADesired, uint256 amountBDesired, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline)',
    'addLiquidityETH(address token, uint256 amountTokenDesired, uint256 amountTokenMin, uint256 amountETHMin, address to, uint256 deadline)',
    'removeLiquidity(address tokenA, address tokenB, uint256 liquidity, uint256 amountAMin, uint256 amountBMin, address to, uint256 deadline)',
    // Lending
    'supply(address asset, uint256 amount, address onBehalfOf, uint16 referralCode)',
    'borrow(address asset, uint256 amount, uint256 interestRateMode, uint16 referralCode, address onBehalfOf)',
    'repay(address asset, uint256 amount, uint256 interestRateMode, address onBehalfOf)',
    'withdraw(address asset, uint256 amount, address to)',
    // Votes
    'castVote(uint256 proposalId, uint8 support)',
    'castVoteWithReason(uint256 proposalId, uint8 support, string reason)',
    'propose(address[] targets, uint256[] values, bytes[] calldatas, string description)',
    'queue(uint256 proposalId)',
    'execute(uint256 proposalId)',
  ].map((signature) => [signature, undefined] as const),
);

/** The widely used signature with a selector. */
export const knownSignature = (selector: string) => KNOWN.get(selector)?.signature;
