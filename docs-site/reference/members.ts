import { type GetAccessorDeclaration, type MethodDeclaration, type PropertyDeclaration, Scope } from 'ts-morph';

export type Member = GetAccessorDeclaration | PropertyDeclaration | MethodDeclaration;

export const isPublic = (member: Member): boolean =>
  !member.getName().startsWith('#') &&
  !member.getName().startsWith('[') &&
  member.getScope() === Scope.Public &&
  !member.isStatic();
