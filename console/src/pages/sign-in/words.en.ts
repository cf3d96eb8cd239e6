export const en = {
  email: "E-mail address",
  password: "Password",
  stay: "Stay signed in on this computer",
  submit: "Sign in",
  title: "Sign in",
};
