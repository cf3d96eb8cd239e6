export const en = {
  email: "E-mail address",
  password: "Password",
  show: "Show or hide what is typed",
  stay: "Stay signed in on this computer",
  submit: "Sign in",
  title: "Sign in",
};
